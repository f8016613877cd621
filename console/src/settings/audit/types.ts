import { useWords } from "../../words";
import en from "../../words/en";

/** What an entry is called; a type that this page does not know yet, by its own name. */
export function useSpokenType(): (type: string) => string {
  const { t } = useWords();
  return (type) => {
    const [area = "", what = ""] = type.split(".");
    const known: Record<string, Record<string, string>> = en.settings.audit.types;
    return known[area]?.[what] === undefined ? type : t(`settings.audit.types.${area}.${what}` as "settings.title");
  };
}
