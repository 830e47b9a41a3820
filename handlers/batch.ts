import * as z from 'zod/mini';

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
const batch = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) });

/** Which messages of a batch come again. */
interface Failures {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/**
 * Handles every event of a batch from a queue, or one that comes by itself. Of a batch, what fails is told by its id: it alone
 * comes again. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 *
 * @param failed hears of each that fails
 */
export const eachOf =
  <Result>(handle: (event: unknown) => Promise<Result>, failed: (messageId: string, error: unknown) => void) =>
  async (event: unknown): Promise<Result | Failures> => {
    const { data } = batch.safeParse(event);
    if (!data) return handle(event);
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const { messageId, body } of data.Records) {
      try {
        await handle(parsed(body));
      } catch (error) {
        failed(messageId, error);
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  };

/** @throws without a word of the text: events are never logged */
const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    throw new Error('the message is no JSON');
  }
};
