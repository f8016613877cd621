import { useWords } from "../words";
import mark from "../mark.svg";

/** The product's sign and name. */
export function Mark({ big = false }: { big?: boolean }) {
  const { t } = useWords();
  const size = big ? 30 : 24;
  return (
    <span className="row" style={{ fontWeight: 650, fontSize: big ? 18 : 15, letterSpacing: "-.015em" }}>
      <img src={mark} alt="" width={size} height={size} />
      {t("shell.product")}
    </span>
  );
}
