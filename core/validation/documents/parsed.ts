/** The kernel follows only so many levels; whether what lies deeper is JSON is for the platform to say. */
export const isParsed = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
