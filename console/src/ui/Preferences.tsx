import { useState } from "react";
import { useMe } from "../session/context";
import { isStaff } from "../session/session";
import { Dialog } from "./Dialog";
import { CheckField, SelectField } from "./Field";
import { desktopWanted, wantDesktop } from "./desktop";
import { currentTheme, showTheme, type Theme } from "./theme";
import { chooseLanguage, currentLanguage, LANGUAGES, useWords, type Language } from "../words";
import { chooseTimeZone, keptTimeZone } from "../words/times";

/** How the page looks and speaks, on this device. */
export function Preferences({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const hearsOfWork = isStaff(useMe());
  const [theme, setTheme] = useState(currentTheme);
  const [zone, setZone] = useState(keptTimeZone);
  const [desktop, setDesktop] = useState(desktopWanted);
  const [isDenied, setIsDenied] = useState(false);
  const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Dialog title={t("shell.preferences")} onClose={onClose}>
      <SelectField
        label={t("shell.theme")}
        value={theme}
        onChange={(event) => {
          const chosen = event.target.value as Theme;
          setTheme(chosen);
          showTheme(chosen);
        }}
      >
        <option value="system">{t("shell.themeSystem")}</option>
        <option value="light">{t("shell.themeLight")}</option>
        <option value="dark">{t("shell.themeDark")}</option>
      </SelectField>
      <SelectField
        label={t("shell.language")}
        value={currentLanguage()}
        onChange={(event) => void chooseLanguage(event.target.value as Language)}
      >
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </SelectField>
      <SelectField
        label={t("shell.timeZone")}
        value={zone ?? ""}
        onChange={(event) => {
          const chosen = event.target.value || null;
          setZone(chosen);
          chooseTimeZone(chosen);
        }}
      >
        <option value="">{t("shell.timeZoneBrowser", { name: browserZone })}</option>
        {Intl.supportedValuesOf("timeZone").map((name) => (
          <option key={name}>{name}</option>
        ))}
      </SelectField>
      {hearsOfWork && (
        <CheckField
          label={t("shell.desktop")}
          hint={isDenied ? t("shell.desktopDenied") : t("shell.desktopHint")}
          checked={desktop}
          onChange={(event) => {
            const wanted = event.target.checked; // until it is granted the box stays as it was
            void wantDesktop(wanted).then((granted) => {
              setDesktop(granted);
              setIsDenied(wanted && !granted);
            });
          }}
        />
      )}
    </Dialog>
  );
}
