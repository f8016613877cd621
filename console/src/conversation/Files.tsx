import { Download, File as FileIcon, FileArchive, FileImage, FileText, ShieldAlert, Trash2, X } from "lucide-react";
import { useState } from "react";
import { api, ask } from "../api/client";
import { useMe } from "../session/context";
import { IconButton } from "../ui/Button";
import { useProblem } from "../ui/States";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import { fileSize } from "../words/times";
import css from "./Files.module.css";
import type { Attachment } from "./state";
import type { Uploads } from "./uploads";

function Picture({ mimeType }: { mimeType: string }) {
  const props = { size: 18, "aria-hidden": true, className: css.picture };
  if (mimeType.startsWith("image/")) return <FileImage {...props} />;
  if (mimeType.startsWith("text/") || mimeType.includes("pdf")) return <FileText {...props} />;
  if (mimeType.includes("zip") || mimeType.includes("7z")) return <FileArchive {...props} />;
  return <FileIcon {...props} />;
}

/** Files to fetch: the server has them downloaded, never shown. */
export function Files({ files }: { files: readonly Attachment[] }) {
  const { t } = useWords();
  if (files.length === 0) return null;
  return (
    <ul className={css.files} aria-label={t("conversation.file.all", { count: files.length })}>
      {files.map((file) => (
        <OneFile key={file.id} file={file} />
      ))}
    </ul>
  );
}

const OUT_OF_REACH: ReadonlySet<Attachment["scan"]> = new Set(["pending", "infected", "unscannable"]);
const isBad = (file: Attachment) => file.scan === "infected" || file.scan === "unscannable";

/** The virus scanner has not looked yet, or did not find it clean: there is nothing to fetch. */
function OutOfReach({ file }: { file: Attachment }) {
  const { t } = useWords();
  const why = file.scan === "pending" ? t("conversation.file.scan.pending") : t("conversation.file.scan.quarantined");
  return (
    <div className={css.plain}>
      {isBad(file) ? <ShieldAlert size={18} aria-hidden className={css.bad} /> : <Picture mimeType={file.mimeType} />}
      <span className={css.name}>
        <bdi className="clip">{file.filename}</bdi>
        <small className={isBad(file) ? css.problem : undefined}>{file.threat ? `${why} ${file.threat}` : why}</small>
      </span>
    </div>
  );
}

function OneFile({ file }: { file: Attachment }) {
  const { t } = useWords();
  const me = useMe();
  const inWords = useProblem();
  const [isGoing, setIsGoing] = useState(false);
  const mayRemove = me.role === "ADMIN" || file.uploaderId === me.id;
  const remove = async () => {
    setIsGoing(true);
    const path = { ticket_id: file.ticketId, attachment_id: file.id };
    try {
      await ask(api.DELETE("/api/v1/tickets/{ticket_id}/attachments/{attachment_id}", { params: { path } }));
    } catch (error) {
      setIsGoing(false);
      toast(inWords(error), { isProblem: true });
    }
  };
  return (
    <li className={css.file} data-going={isGoing || undefined} data-state={isBad(file) ? "refused" : undefined}>
      {OUT_OF_REACH.has(file.scan) ? (
        <OutOfReach file={file} />
      ) : (
        <a
          href={file.fileUrl}
          download={file.filename}
          title={t("conversation.file.download", { name: file.filename })}
        >
          <Picture mimeType={file.mimeType} />
          <span className={css.name}>
            <bdi className="clip">{file.filename}</bdi>
            <small>{fileSize(file.fileSize)}</small>
          </span>
          <Download size={15} aria-hidden className={css.fetch} />
        </a>
      )}
      {mayRemove && (
        <IconButton
          label={t("conversation.file.remove", { name: file.filename })}
          disabled={isGoing}
          className={css.remove}
          onClick={() => void remove()}
        >
          <Trash2 size={14} />
        </IconButton>
      )}
    </li>
  );
}

/** Files that are on their way, or wait to go with what is said. */
export function UploadList({ uploads }: { uploads: Uploads }) {
  const { t } = useWords();
  if (uploads.all.length === 0) return null;
  return (
    <ul className={css.files} aria-label={t("conversation.file.toSend")}>
      {uploads.all.map((one) => (
        <li key={one.id} className={css.file} data-state={one.state}>
          <span className={css.plain}>
            <FileIcon size={18} aria-hidden className={css.picture} />
            <span className={css.name}>
              <bdi className="clip">{one.name}</bdi>
              {one.state === "refused" ? (
                <small role="alert" className={css.problem}>
                  {one.problem}
                </small>
              ) : (
                <small>{one.state === "done" ? fileSize(one.size) : t("conversation.file.uploading")}</small>
              )}
              {one.state === "sending" && (
                <progress value={one.progress} aria-label={t("conversation.file.progress", { name: one.name })} />
              )}
            </span>
          </span>
          <IconButton
            label={t(one.state === "sending" ? "conversation.file.cancel" : "conversation.file.leaveOut", {
              name: one.name,
            })}
            className={css.remove}
            onClick={() => uploads.remove(one.id)}
          >
            <X size={14} />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}
