/** Text as SVG may hold it, in an element or in a quoted attribute. */
export const escape = (/** @type {string} */ text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
