import { Fragment, memo } from "react";
import { linkify } from "./linkify";

/** What somebody wrote, as it was typed; addresses can be followed. */
export const PeopleText = memo(function PeopleText({ text, className = "" }: { text: string; className?: string }) {
  return (
    <p className={`text ${className}`} dir="auto">
      {linkify(text).map((part, index) =>
        part.href === undefined ? (
          <Fragment key={index}>{part.text}</Fragment>
        ) : (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer">
            {part.text}
          </a>
        ),
      )}
    </p>
  );
});
