import { useState } from "react";
import { api, ask } from "../../api/client";
import { useMe } from "../../session/context";
import { signOut } from "../../session/session";
import { Avatar } from "../../ui/Avatar";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Confirm";
import { Problem } from "../../ui/Field";
import { Page, Section } from "../../ui/Page";
import { Pill } from "../../ui/Pill";
import { useSending } from "../../ui/sending";
import { useWords } from "../../words";
import { AwaySwitch } from "./AwaySwitch";
import { NameForm } from "./NameForm";
import { PasswordForm } from "./PasswordForm";
import css from "./Profile.module.css";

/** Oneself: name, address, password, and every device one is signed in on. */
export default function ProfilePage() {
  const { t } = useWords();
  const me = useMe();
  const [isLeaving, setIsLeaving] = useState(false);
  const leave = async () => {
    await ask(api.POST("/api/v1/users/me/sign-out"));
    await signOut();
  };
  return (
    <Page
      title={
        <span className="row">
          <Avatar name={me.name} size={34} /> {me.name}
        </span>
      }
      about={me.role === "ADMIN" ? t("settings.users.roleHint.ADMIN") : t("settings.users.roleHint.AGENT")}
    >
      <Section title={t("settings.profile.names")}>
        <NameForm me={me} />
      </Section>
      <Section title={t("settings.profile.away")} about={t("settings.profile.awayAbout")}>
        <AwaySwitch me={me} />
      </Section>
      <Section title={t("settings.profile.address")} about={t("settings.profile.addressAbout")}>
        <Address />
      </Section>
      <Section title={t("settings.profile.password")} about={t("settings.profile.passwordAbout")}>
        <PasswordForm />
      </Section>
      <Section
        title={t("settings.profile.everywhere")}
        about={t("settings.profile.everywhereAbout")}
        does={
          <Button look="danger" onClick={() => setIsLeaving(true)}>
            {t("settings.profile.signOutEverywhere")}
          </Button>
        }
      >
        {null}
      </Section>
      {isLeaving && (
        <Confirm
          title={t("settings.profile.leaveTitle")}
          does={t("settings.profile.signOutEverywhere")}
          onConfirm={leave}
          onClose={() => setIsLeaving(false)}
        >
          {t("settings.profile.leaveAbout")}
        </Confirm>
      )}
    </Page>
  );
}

/** The address, and whether somebody has shown that they read its mail. */
function Address() {
  const { t } = useWords();
  const me = useMe();
  const sending = useSending();
  const [isSent, setIsSent] = useState(false);
  const confirm = () =>
    void sending
      .send(() => ask(api.POST("/api/v1/users/me/confirmation")))
      .then((isDone) => {
        if (isDone) setIsSent(true);
      });
  return (
    <>
      <Problem>{sending.problem}</Problem>
      <div className={css.address}>
        <span className={css.email}>{me.email}</span>
        {me.emailConfirmed ? (
          <Pill tone="good">{t("settings.profile.confirmed")}</Pill>
        ) : (
          <>
            <Pill tone="rests">{t("settings.profile.unconfirmed")}</Pill>
            {!isSent && (
              <Button busy={sending.isBusy} onClick={confirm}>
                {t("settings.profile.confirm")}
              </Button>
            )}
          </>
        )}
      </div>
      <p role="status" className="soft">
        {isSent && t("settings.profile.confirmSent", { email: me.email })}
      </p>
    </>
  );
}
