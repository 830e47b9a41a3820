import * as z from 'zod/mini';

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
const batch = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) });

/** The messages of an event that comes from a queue; undefined for any other. */
export const queuedIn = (event: unknown): z.infer<typeof batch>['Records'] | undefined =>
  batch.safeParse(event).data?.Records;
