import { useEffect, useMemo, useRef, useState } from "react";
import type { Schemas } from "../../api/client";
import { useWords } from "../../words";
import css from "./Mail.module.css";
import { undressed } from "./undressed";

const LEAST_HEIGHT = 120;

/**
 * A mail as its reader sees it. The frame runs no script and loads nothing. Our own content policy, which it inherits,
 * forbids styles that stand in the HTML: so they are set one by one when it is there.
 */
export function MailLook({ mail }: { mail: Schemas["MailPreview"] }) {
  const { t } = useWords();
  const frame = useRef<HTMLIFrameElement>(null);
  const { html, sheets } = useMemo(() => undressed(mail.html), [mail]);
  const [height, setHeight] = useState(LEAST_HEIGHT);
  useEffect(() => {
    frame.current?.scrollIntoView({ block: "nearest" });
  }, [mail]);
  return (
    <div className={css.look}>
      <p className={css.subject}>
        <span className="faint">{t("settings.templates.parts.subject")}</span> <strong>{mail.subject}</strong>
      </p>
      <iframe
        ref={frame}
        title={t("settings.templates.parts.html")}
        sandbox="allow-same-origin"
        srcDoc={html}
        style={{ height }}
        onLoad={() => {
          const shown = frame.current?.contentDocument;
          if (!shown) return;
          dress(shown, sheets);
          setHeight(Math.max(LEAST_HEIGHT, shown.documentElement.scrollHeight));
        }}
      />
      <h3>{t("settings.templates.parts.text")}</h3>
      <pre className={css.text}>{mail.text}</pre>
    </div>
  );
}

/** The styles of the mail, set one by one. */
function dress(shown: Document, sheets: string): void {
  for (const element of shown.querySelectorAll<HTMLElement>("[data-look]")) {
    element.style.cssText = element.dataset["look"] ?? "";
  }
  const view = shown.defaultView;
  if (!view) return;
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(sheets);
  shown.adoptedStyleSheets = [sheet];
}
