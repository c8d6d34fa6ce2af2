package plan

import "strings"

// SyntaxArgs gives the KEY=VALUE words that follow the image in the line
// `# syntax=IMAGE KEY=VALUE ...`; cmdline is the line's value, as BuildKit
// passes it on.
func SyntaxArgs(cmdline string) map[string]string {
	args := map[string]string{}
	for i, word := range strings.Fields(cmdline) {
		if key, value, ok := strings.Cut(word, "="); ok && i > 0 {
			args[key] = value
		}
	}
	return args
}
