/** A mail without what a content policy refuses in HTML: its styles stand aside, to be set when it is shown. Pure. */
export interface Undressed {
  /** Each element's style stands in its `data-look`. */
  html: string;
  sheets: string;
}

const STYLE_OF_A_TAG = /(<[a-z][^<>]*?)\sstyle=(?=["'])/gi;
const SHEET = /<style[^>]*>([\s\S]*?)<\/style>/gi;

export function undressed(html: string): Undressed {
  const sheets = [...html.matchAll(SHEET)].map(([, sheet]) => sheet ?? "");
  return { html: html.replace(SHEET, "").replace(STYLE_OF_A_TAG, "$1 data-look="), sheets: sheets.join("\n") };
}
