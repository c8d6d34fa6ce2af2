package document

import "fmt"

// Position is a place in a file of the project. Lines and columns count from
// one; a zero Line means the file as a whole.
type Position struct {
	File   string // slash path from the root of the context
	Line   int
	Column int
	// EndLine is the last line of the excerpt, zero for the same line.
	EndLine int
}

// Error is the one positional error of the project: a sentence, and the place
// in the user's files that it is about. The frontend turns it into a BuildKit
// source error, so that the user sees the line.
type Error struct {
	Position
	Msg string
	Err error // what caused it, or nil
}

// Error gives "FILE:LINE: message", without the line when it is not known.
func (e *Error) Error() string {
	msg := e.Msg
	if e.Err != nil {
		msg = fmt.Sprintf("%s: %v", e.Msg, e.Err)
	}
	switch {
	case e.File == "":
		return msg
	case e.Line == 0:
		return fmt.Sprintf("%s: %s", e.File, msg)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, msg)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an [*Error] at a position.
func Errorf(at Position, format string, args ...any) *Error {
	return &Error{Position: at, Msg: fmt.Sprintf(format, args...)}
}
