import { Picker } from "../ui/Picker";

interface Props<V extends string> {
  label: string;
  value: V;
  options: readonly { value: V; name: string }[];
  onPick: (value: V) => void;
}

/** A filter over a list, as "Role: Agents". */
export function Choose<V extends string>({ label, value, options, onPick }: Props<V>) {
  const chosen = options.find((option) => option.value === value);
  return (
    <Picker label={label} value={value} options={options} onPick={onPick}>
      <span>
        <span className="faint">{label}:</span> {chosen?.name}
      </span>
    </Picker>
  );
}
