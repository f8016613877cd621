import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Features stand beside each other: what two of them need lives below them (ui, live, api, words). */
const FEATURES = ["door", "queue", "ticket", "portal", "settings", "notifications", "platform", "analytics"];
const BELOW = ["conversation", "exporting", "session", "ui", "live", "api", "words"];

const noImportsOf = (folders) => ({
  "no-restricted-imports": ["error", { patterns: folders.map((one) => ({ regex: `^\\.\\./(\\.\\./)*${one}/` })) }],
});

export default tseslint.config(
  { ignores: ["dist", "static", "src/api/schema.d.ts"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  hooks.configs.flat.recommended,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] } } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // It takes a shortcut's function, which runs when a key is pressed, for one that runs while drawing.
      "react-hooks/refs": "off",
      "@typescript-eslint/no-misused-spread": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
    },
  },
  ...BELOW.map((folder) => ({ files: [`src/${folder}/**`], rules: noImportsOf([...FEATURES, "shell"]) })),
  ...FEATURES.map((folder) => ({
    files: [`src/${folder}/**`],
    rules: noImportsOf([...FEATURES.filter((one) => one !== folder), "shell"]),
  })),
  { files: ["eslint.config.js"], extends: [tseslint.configs.disableTypeChecked] },
);
