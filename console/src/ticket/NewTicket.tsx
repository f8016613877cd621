import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useId, useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import { api, ask, Refusal } from "../api/client";
import { useMe } from "../session/context";
import { PersonName } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Problem, TextArea, TextField } from "../ui/Field";
import { PRIORITIES, PriorityMark } from "../ui/Marks";
import { Picker, type Option } from "../ui/Picker";
import { useProblem } from "../ui/States";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import { keepTicket, keptTicket, type Begun } from "./keptTicket";
import css from "./NewTicket.module.css";
import { usePeople, useTeams } from "./Properties";
import { TagEditor } from "./TagEditor";

const FIELDS = ["title", "description", "priority", "assignedToId", "teamId", "tags", "requesterId"];

/** A ticket for somebody, or for oneself. Only `Cancel` throws away what was begun. */
export function NewTicket({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const me = useMe();
  const inWords = useProblem();
  const [, go] = useLocation();
  const people = usePeople(null);
  const teams = useTeams(null);
  const [begun, setBegun] = useState(() => keptTicket(me));
  const [error, setError] = useState<Refusal | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const set = (fields: Partial<Begun>) => {
    const next = { ...begun, ...fields, key: crypto.randomUUID() };
    setBegun(next);
    keepTicket(me, next);
  };

  const open = async () => {
    if (isBusy || begun.title.trim() === "") return;
    setIsBusy(true);
    setError(null);
    const { key, requester, ...fields } = begun;
    try {
      const ticket = await ask(
        api.POST("/api/v1/tickets", {
          params: { header: { "Idempotency-Key": key } },
          body: { ...fields, requesterId: requester.id },
        }),
      );
      keepTicket(me, null);
      onClose();
      toast(t("ticket.opened", { number: ticket.number }));
      go(`/tickets/${ticket.id}`);
    } catch (problem) {
      setIsBusy(false);
      if (!(problem instanceof Refusal)) throw problem;
      setError(problem);
    }
  };
  const isOfField = error?.details.some((detail) => FIELDS.includes(detail.field)) ?? false;

  return (
    <Dialog title={t("ticket.newTicket")} onClose={onClose} wide>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void open();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void open();
        }}
      >
        <TextField
          label={t("ticket.title")}
          autoFocus
          required
          dir="auto"
          maxLength={200}
          autoComplete="off"
          value={begun.title}
          problem={error?.about("title")}
          onChange={(event) => set({ title: event.target.value })}
        />
        <TextArea
          label={t("ticket.description")}
          rows={6}
          dir="auto"
          maxLength={5000}
          value={begun.description}
          problem={error?.about("description")}
          onChange={(event) => set({ description: event.target.value })}
        />
        <div className={css.grid}>
          <Choice name={t("ticket.requester")} problem={error?.about("requesterId")}>
            <RequesterPicker value={begun.requester} onPick={(requester) => set({ requester })} />
          </Choice>
          <Choice name={t("ticket.priority")} problem={error?.about("priority")}>
            <Picker
              label={t("ticket.priority")}
              className={css.picker}
              value={begun.priority}
              onPick={(priority) => set({ priority })}
              options={PRIORITIES.map((priority) => ({
                value: priority,
                name: t(`priority.${priority}`),
                look: <PriorityMark priority={priority} />,
              }))}
            />
          </Choice>
          <Choice name={t("ticket.assignee")} problem={error?.about("assignedToId")}>
            <Picker
              label={t("ticket.assignee")}
              className={css.picker}
              searchable
              value={begun.assignedToId}
              onPick={(assignedToId) => set({ assignedToId })}
              options={people.options}
            />
          </Choice>
          <Choice name={t("ticket.team")} problem={error?.about("teamId")}>
            <Picker
              label={t("ticket.team")}
              className={css.picker}
              searchable
              value={begun.teamId}
              onPick={(teamId) => set({ teamId })}
              options={teams.options}
            />
          </Choice>
        </div>
        <Choice name={t("ticket.tags")} problem={error?.about("tags")}>
          <TagEditor tags={begun.tags} onChange={(tags) => set({ tags })} />
        </Choice>
        <Problem>{error && !isOfField ? inWords(error) : null}</Problem>
        <div className={css.does}>
          <Button onClick={() => (keepTicket(me, null), onClose())}>{t("ui.cancel")}</Button>
          <Button type="submit" look="primary" busy={isBusy} disabled={begun.title.trim() === ""}>
            {t("ticket.open")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Choice({ name, problem, children }: { name: string; problem?: string | undefined; children: ReactNode }) {
  const id = useId();
  return (
    <div role="group" aria-labelledby={id} className={css.choice}>
      <span id={id} className={css.name}>
        {name}
      </span>
      {children}
      {problem !== undefined && (
        <p role="alert" className={css.problem}>
          {problem}
        </p>
      )}
    </div>
  );
}

interface Named {
  id: string;
  name: string;
}

/** Anybody of the desk; the hub finds them by name and address. */
function RequesterPicker({ value, onPick }: { value: Named; onPick: (person: Named) => void }) {
  const { t } = useWords();
  const me = useMe();
  const [text, setText] = useState("");
  const q = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ["ticket", "people", q],
    queryFn: async () =>
      (
        await ask(
          api.GET("/api/v1/users", {
            params: { query: { ...(q ? { q } : {}), isActive: true, limit: 20, sortBy: "name", sortOrder: "asc" } },
          }),
        )
      ).data,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const own = { id: me.id, name: me.name, email: me.email };
  const all = [...(q === "" ? [own] : []), ...(found.data ?? []).filter((one) => q !== "" || one.id !== me.id)];
  const options: Option<string>[] = all.map((one) => ({
    value: one.id,
    name: one.name,
    look: <PersonName name={one.name} nobody="" />,
    hint: one.id === me.id ? t("ticket.me") : one.email,
  }));
  return (
    <Picker
      label={t("ticket.requester")}
      className={css.picker}
      searchable
      onSearch={setText}
      says={value.name}
      value={value.id}
      options={options}
      onPick={(id) => {
        const person = all.find((one) => one.id === id);
        if (person) onPick(person);
      }}
    >
      <PersonName name={value.name} nobody="" />
    </Picker>
  );
}
