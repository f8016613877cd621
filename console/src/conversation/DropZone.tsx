import { Paperclip } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useWords } from "../words";
import css from "./DropZone.module.css";

/** Files that are dropped anywhere on it, or pasted while nobody writes there. */
export function DropZone({
  onFiles,
  className,
  children,
}: {
  onFiles: (files: FileList) => void;
  className?: string;
  children: ReactNode;
}) {
  const { t } = useWords();
  const [isOver, setIsOver] = useState(false);
  const depth = useRef(0);
  const isOfFiles = (event: React.DragEvent) => event.dataTransfer.types.includes("Files");
  const over = (by: number) => {
    depth.current = Math.max(0, depth.current + by);
    setIsOver(depth.current > 0);
  };
  useEffect(() => {
    // A file that is dropped beside it must not take the page away.
    const stop = (event: DragEvent) => event.dataTransfer?.types.includes("Files") && event.preventDefault();
    addEventListener("dragover", stop);
    addEventListener("drop", stop);
    return () => {
      removeEventListener("dragover", stop);
      removeEventListener("drop", stop);
    };
  }, []);
  return (
    <div
      className={`${css.zone} ${className ?? ""}`}
      onDragEnter={(event) => isOfFiles(event) && over(1)}
      onDragLeave={(event) => isOfFiles(event) && over(-1)}
      onDragOver={(event) => isOfFiles(event) && event.preventDefault()}
      onDrop={(event) => {
        if (!isOfFiles(event)) return;
        event.preventDefault();
        over(-Infinity);
        onFiles(event.dataTransfer.files);
      }}
      onPaste={(event) => {
        if (event.clipboardData.files.length > 0) onFiles(event.clipboardData.files);
      }}
    >
      {children}
      {isOver && (
        <div className={css.over}>
          <Paperclip size={28} aria-hidden />
          {t("conversation.file.drop")}
        </div>
      )}
    </div>
  );
}
