/** A look at this much of a file tells most mistakes: what a sender shows the API before it sends. */
export const headBytes = 64 * 1024;
