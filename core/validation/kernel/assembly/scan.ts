/* Why a scan came back: what is left of the text is no whole record, or there is no room for more events. */
export const NEEDS_MORE: i32 = 0;
export const NEEDS_HOST: i32 = 1;
