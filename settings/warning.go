package settings

// Warning is a sentence about a place in the project.
type Warning struct {
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Rule is the lint rule that the warning is a finding of, or "".
	Rule string `json:"rule,omitempty"`
	Msg  string `json:"msg"`
}

// NoEffect is the rule of warnings of settings that change nothing.
const NoEffect = "SettingWithoutEffect"
