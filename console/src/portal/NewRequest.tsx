import { Paperclip } from "lucide-react";
import { useRef, useState } from "react";
import { useLocation } from "wouter";
import { api, ask, Refusal } from "../api/client";
import { DropZone } from "../conversation/DropZone";
import { UploadList } from "../conversation/Files";
import { registered } from "../conversation/outbox";
import type { Upload } from "../conversation/chosen";
import { upload, type Uploads } from "../conversation/uploads";
import { useMe } from "../session/context";
import { Button } from "../ui/Button";
import { Problem, SelectField, TextArea, TextField } from "../ui/Field";
import { PRIORITIES, type Priority } from "../ui/Marks";
import { useProblem } from "../ui/States";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import { emptyRequest, keepRequest, keptRequest, type Request } from "./keptRequest";
import css from "./NewRequest.module.css";

interface Chosen extends Upload {
  file: File;
}

/** Ask for help. The files go when there is a ticket to put them to. */
export function NewRequest() {
  const { t } = useWords();
  const me = useMe();
  const inWords = useProblem();
  const [, go] = useLocation();
  const picker = useRef<HTMLInputElement>(null);
  const [request, setRequest] = useState(() => keptRequest(me.id));
  const [files, setFiles] = useState<readonly Chosen[]>([]);
  const [error, setError] = useState<Refusal | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const set = (fields: Partial<Request>) => {
    const next = { ...request, ...fields, key: crypto.randomUUID() };
    setRequest(next);
    keepRequest(me.id, next);
  };
  const change = (id: string, fields: Partial<Upload>) =>
    setFiles((all) => all.map((one) => (one.id === id ? { ...one, ...fields } : one)));
  const uploads: Uploads = {
    all: files,
    isSending: isBusy,
    add: (added) =>
      setFiles((all) => [
        ...all,
        ...[...added].map((file): Chosen => ({
          id: crypto.randomUUID(),
          name: file.name,
          size: file.size,
          state: file.size > 0 ? "done" : "refused",
          ...(file.size > 0 ? {} : { problem: t("conversation.file.empty") }),
          progress: 0,
          file,
        })),
      ]),
    remove: (id) => setFiles((all) => all.filter((one) => one.id !== id)),
    take: () => [],
    putBack: () => undefined,
  };

  const attach = async (ticketId: string) => {
    for (const { id, file } of files.filter((one) => one.state === "done")) {
      change(id, { state: "sending" });
      try {
        const went = (progress: number) => change(id, { progress });
        const uploaded = await upload(ticketId, file, went, new AbortController().signal);
        await ask(registered(ticketId, uploaded, id));
        change(id, { state: "done" });
      } catch (problem) {
        const text = t("conversation.file.notAttached", { name: file.name, problem: inWords(problem) });
        toast(text, { isProblem: true, staysMs: 12_000 });
      }
    }
  };
  const send = async () => {
    if (isBusy || request.title.trim() === "") return;
    setIsBusy(true);
    setError(null);
    const { key, ...body } = request;
    try {
      const ticket = await ask(api.POST("/api/v1/tickets", { params: { header: { "Idempotency-Key": key } }, body }));
      keepRequest(me.id, null);
      await attach(ticket.id);
      setRequest(emptyRequest());
      toast(t("portal.opened", { number: ticket.number }));
      go(`/tickets/${ticket.id}`);
    } catch (problem) {
      if (!(problem instanceof Refusal)) throw problem;
      setError(problem);
    } finally {
      setIsBusy(false);
    }
  };
  const isOfField = error?.details.some((one) => ["title", "description", "priority"].includes(one.field)) ?? false;

  return (
    <DropZone onFiles={uploads.add}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <h1>{t("portal.newTitle")}</h1>
        <TextField
          label={t("portal.title")}
          hint={t("portal.titleHint")}
          required
          autoFocus
          dir="auto"
          maxLength={200}
          autoComplete="off"
          value={request.title}
          problem={error?.about("title")}
          onChange={(event) => set({ title: event.target.value })}
        />
        <TextArea
          label={t("portal.description")}
          hint={t("portal.descriptionHint")}
          rows={8}
          dir="auto"
          maxLength={5000}
          value={request.description}
          problem={error?.about("description")}
          onChange={(event) => set({ description: event.target.value })}
        />
        <SelectField
          label={t("portal.priority")}
          value={request.priority}
          problem={error?.about("priority")}
          onChange={(event) => set({ priority: event.target.value as Priority })}
        >
          {[...PRIORITIES].reverse().map((one) => (
            <option key={one} value={one}>
              {t(`portal.howUrgent.${one}`)}
            </option>
          ))}
        </SelectField>
        <div>
          <Button onClick={() => picker.current?.click()} disabled={isBusy}>
            <Paperclip size={15} aria-hidden /> {t("conversation.file.add")}
          </Button>
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            aria-label={t("conversation.file.add")}
            onChange={(event) => {
              uploads.add(event.target.files ?? []);
              event.target.value = "";
            }}
          />
          <UploadList uploads={uploads} />
        </div>
        <Problem>{error && !isOfField ? inWords(error) : null}</Problem>
        <div className={css.does}>
          <Button type="submit" look="primary" busy={isBusy} disabled={request.title.trim() === ""}>
            {t("portal.open")}
          </Button>
          <a href="#/" className={css.cancel}>
            {t("ui.cancel")}
          </a>
        </div>
      </form>
    </DropZone>
  );
}
