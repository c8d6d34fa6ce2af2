package answers

// ParseLayout reads LayoutFile: whether cargo lays out what it compiles in one of the ways
// that the step executor knows.
func ParseLayout(data []byte) (known bool) { return len(data) > 0 }
