/** Whoever reads may stop early: `… | head`. Then nothing more is to be said, and nothing went wrong. */
export const letReadersStop = (): void => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
};
