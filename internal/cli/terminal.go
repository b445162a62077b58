package cli

import (
	"io"
	"os"
)

// terminal reports whether somebody looks at a terminal: it is none of CI's, and
// not one that can only write line by line.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("CI") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Colours, as ECMA-48 has them.
const (
	red    = "31"
	yellow = "33"
)

// paint gives text a colour on a terminal, unless that is not wanted
// (https://no-color.org).
func paint(w io.Writer, colour, text string) string {
	if os.Getenv("NO_COLOR") != "" || !terminal(w) {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[m"
}
