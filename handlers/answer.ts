import { type ApiRequest, type ApiResponse, problemAnswer, readRequest } from '../core/api/http.ts';
import { Problem } from '../core/api/problems.ts';
import type { RouteKey } from '../core/api/routes.ts';

/** One function per route. */
export type Answers<Key extends RouteKey> = Readonly<Record<Key, (request: ApiRequest) => Promise<ApiResponse>>>;

/**
 * Answers a request to the API by its route. A `Problem` is an answer like any other; what else is thrown is a fault of
 * ours, and is told and logged by the wiring.
 *
 * @param admit throws for a request that must not be answered
 */
export const answerWith =
  <Key extends RouteKey>(answers: Answers<Key>, admit: (request: ApiRequest) => unknown = () => undefined) =>
  async (event: unknown): Promise<ApiResponse> => {
    const request = readRequest(event);
    const isOurs = (key: string): key is Key => key in answers;
    if (!isOurs(request.route)) throw new Error(`no answer to the route ${request.route}`);
    admit(request);
    try {
      return await answers[request.route](request);
    } catch (error) {
      if (error instanceof Problem) return problemAnswer(error);
      throw error;
    }
  };
