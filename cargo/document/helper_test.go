package document

import (
	"errors"
	"strings"
	"testing"
)

// wantError checks an error's sentence and place, written "FILE:LINE: part of
// the sentence" or "FILE: part".
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want %s", want)
	}
	var positional *Error
	if !errors.As(err, &positional) {
		t.Fatalf("not an *Error: %v", err)
	}
	place, sentence, _ := strings.Cut(want, ": ")
	got := err.Error()
	if !strings.HasPrefix(got, place+": ") || !strings.Contains(got, sentence) {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
}
