/** Warnings of the process, under the one name by which they can be told from those of others. */
export const warn = (message: string): void => {
  process.emitWarning(message, 'BailiffLocalWarning');
};
