import { LogOut, SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { useMe } from "../session/context";
import { signOut } from "../session/session";
import { Avatar } from "./Avatar";
import { Menu } from "./Menu";
import { useProblem } from "./States";
import { toast } from "./toasts";
import { useWords } from "../words";
import { Preferences } from "./Preferences";
import css from "./Account.module.css";

/** Who one is, and how one likes the page. */
export function Account() {
  const { t } = useWords();
  const me = useMe();
  const inWords = useProblem();
  const [isOpen, setIsOpen] = useState(false);
  const leave = () => signOut().catch((error: unknown) => toast(inWords(error), { isProblem: true }));
  return (
    <div className={css.who}>
      <Avatar name={me.name} size={28} />
      <div className="grow" title={me.email}>
        <span className="clip">{me.name}</span>
        <small className="clip">{me.email}</small>
      </div>
      <Menu
        label={t("shell.account")}
        icon={<SlidersHorizontal size={16} />}
        items={[
          { name: t("shell.preferences"), icon: <SlidersHorizontal size={15} />, onPick: () => setIsOpen(true) },
          { name: t("shell.signOut"), icon: <LogOut size={15} />, onPick: () => void leave() },
        ]}
      />
      {isOpen && <Preferences onClose={() => setIsOpen(false)} />}
    </div>
  );
}
