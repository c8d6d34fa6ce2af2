package cargo

// List gives an array of any element type, nil for anything else.
func List(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case []map[string]any:
		out := make([]any, len(v))
		for i, m := range v {
			out[i] = m
		}
		return out
	case []string:
		out := make([]any, len(v))
		for i, s := range v {
			out[i] = s
		}
		return out
	}
	return nil
}

// Text gives a text, "" for anything else.
func Text(v any) string {
	s, _ := v.(string)
	return s
}
