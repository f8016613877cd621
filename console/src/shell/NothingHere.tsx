import { Compass } from "lucide-react";
import { Empty } from "../ui/States";
import { useWords } from "../words";

export function NothingHere() {
  const { t } = useWords();
  return (
    <Empty icon={Compass} title={t("shell.nothingHere")} isPage>
      <a href="#/">{t("shell.goHome")}</a>
    </Empty>
  );
}
