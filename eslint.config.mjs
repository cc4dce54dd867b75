const globals = Object.fromEntries(
    ["clearTimeout", "console", "document", "File", "setTimeout", "URL", "window"].map((name) => [
        name,
        "readonly",
    ])
);

export default [
    {
        files: ["**/static/**/*.js"],
        languageOptions: {ecmaVersion: 2022, sourceType: "module", globals},
        linterOptions: {reportUnusedDisableDirectives: true},
        rules: {
            "array-callback-return": "error",
            curly: "error",
            "default-case-last": "error",
            eqeqeq: "error",
            "no-console": "error",
            "no-const-assign": "error",
            "no-debugger": "error",
            "no-dupe-keys": "error",
            "no-duplicate-imports": "error",
            "no-eval": "error",
            "no-implied-eval": "error",
            "no-redeclare": "error",
            "no-self-compare": "error",
            "no-shadow": "error",
            "no-undef": "error",
            "no-unreachable": "error",
            "no-unused-vars": "error",
            "no-use-before-define": ["error", {functions: false}],
            "no-useless-return": "error",
            "no-var": "error",
            "object-shorthand": "error",
            "prefer-const": "error",
            "prefer-template": "error",
            radix: "error",
            "use-isnan": "error",
            yoda: "error",
        },
    },
];
