import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { api, ask } from "../api/client";
import type { Ticket } from "../conversation/state";
import { TextField } from "../ui/Field";
import { useWords } from "../words";
import css from "./Related.module.css";

const MOST_SHOWN = 6;

interface Props {
  /** The one that is not looked for. */
  not: string;
  chosen: Ticket | null;
  onChoose: (ticket: Ticket) => void;
  problem: string | undefined;
}

/** Another ticket, by its number or by words of it. */
export function FindTicket({ not, chosen, onChoose, problem }: Props) {
  const { t } = useWords();
  const [text, setText] = useState("");
  const asked = useDeferredValue(text.trim().replace(/^#/, ""));
  const found = useQuery({
    queryKey: ["palette", asked],
    queryFn: () =>
      ask(
        api.GET("/api/v1/tickets", { params: { query: { q: /^\d+$/.test(asked) ? `#${asked}` : asked, limit: 7 } } }),
      ),
    enabled: asked !== "",
    retry: false,
    gcTime: 60_000,
  });
  const others = (asked ? (found.data?.data ?? []) : []).filter((one) => one.id !== not).slice(0, MOST_SHOWN);
  const shown = chosen && !others.some((one) => one.id === chosen.id) ? [chosen, ...others] : others;
  return (
    <div className={css.find}>
      <TextField
        label={t("relations.find")}
        hint={t("relations.findHint")}
        type="search"
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.target.value)}
        problem={problem}
      />
      <div role="radiogroup" aria-label={t("relations.found")} className={css.found}>
        {shown.map((one) => (
          <label key={one.id}>
            <input type="radio" name="found" checked={chosen?.id === one.id} onChange={() => onChoose(one)} />
            <span className={css.number}>#{one.number}</span>
            <bdi className="clip">{one.title}</bdi>
          </label>
        ))}
      </div>
      <p role="status" className="soft">
        {asked !== "" && found.isSuccess && shown.length === 0 && t("relations.none")}
      </p>
    </div>
  );
}
