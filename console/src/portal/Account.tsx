import { ChevronDown, LogOut, SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { useMe } from "../session/context";
import { signOut } from "../session/session";
import { Avatar } from "../ui/Avatar";
import { Dialog } from "../ui/Dialog";
import { SelectField } from "../ui/Field";
import { Menu } from "../ui/Menu";
import { useProblem } from "../ui/States";
import { currentTheme, showTheme, type Theme } from "../ui/theme";
import { toast } from "../ui/toasts";
import { chooseLanguage, currentLanguage, LANGUAGES, useWords, type Language } from "../words";
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
        label={t("portal.account")}
        icon={<ChevronDown size={16} />}
        items={[
          {
            name: t("portal.preferences"),
            icon: <SlidersHorizontal size={15} aria-hidden />,
            onPick: () => setIsOpen(true),
          },
          { name: t("portal.signOut"), icon: <LogOut size={15} aria-hidden />, onPick: () => void leave() },
        ]}
      />
      {isOpen && <Preferences onClose={() => setIsOpen(false)} />}
    </div>
  );
}

/** How the page looks and speaks, on this device. */
function Preferences({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [theme, setTheme] = useState(currentTheme);
  return (
    <Dialog title={t("portal.preferences")} onClose={onClose}>
      <SelectField
        label={t("portal.theme")}
        value={theme}
        onChange={(event) => {
          const chosen = event.target.value as Theme;
          setTheme(chosen);
          showTheme(chosen);
        }}
      >
        <option value="system">{t("portal.themeSystem")}</option>
        <option value="light">{t("portal.themeLight")}</option>
        <option value="dark">{t("portal.themeDark")}</option>
      </SelectField>
      <SelectField
        label={t("portal.language")}
        value={currentLanguage()}
        onChange={(event) => void chooseLanguage(event.target.value as Language)}
      >
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </SelectField>
    </Dialog>
  );
}
