package plan

// Place is a line of one of the user's files.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"`
}
