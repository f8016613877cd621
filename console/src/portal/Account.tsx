import { ChevronDown, LogOut, SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { useMe } from "../session/context";
import { signOut } from "../session/session";
import { Avatar } from "../ui/Avatar";
import { Menu } from "../ui/Menu";
import { Preferences } from "../ui/Preferences";
import { useProblem } from "../ui/States";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import css from "./Account.module.css";

export function Account() {
  const { t } = useWords();
  const me = useMe();
  const inWords = useProblem();
  const [isOpen, setIsOpen] = useState(false);
  const leave = () => signOut().catch((error: unknown) => void toast(inWords(error), { isProblem: true }));
  return (
    <div className={css.who} title={me.email}>
      <Avatar name={me.name} size={26} />
      <bdi className={`${css.name} clip`}>{me.name}</bdi>
      <Menu
        label={t("shell.account")}
        icon={<ChevronDown size={16} />}
        items={[
          {
            name: t("shell.preferences"),
            icon: <SlidersHorizontal size={15} aria-hidden />,
            onPick: () => setIsOpen(true),
          },
          { name: t("shell.signOut"), icon: <LogOut size={15} aria-hidden />, onPick: () => void leave() },
        ]}
      />
      {isOpen && <Preferences onClose={() => setIsOpen(false)} />}
    </div>
  );
}
