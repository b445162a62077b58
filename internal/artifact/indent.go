package artifact

import (
	"bytes"
	"encoding/json"
	"strings"
)

// indent lays out JSON for people and for diff: a value per line, but a list of numbers
// on one, and on one each of "datasets", of which there may be thousands.
func indent(b []byte) []byte {
	var plain bytes.Buffer
	_ = json.Indent(&plain, b, "", "  ") // which has just been encoded
	out := make([]byte, 0, plain.Len()+1)
	datasets, numbers := false, -1 // numbers: how deep the list of them is that is open
	for line := range strings.SplitSeq(plain.String(), "\n") {
		text := strings.TrimLeft(line, " ")
		depth := (len(line) - len(text)) / 2
		if depth == 1 {
			datasets = strings.HasPrefix(text, `"datasets": `)
		}
		if numbers < 0 && bytes.HasSuffix(out, []byte("[")) && !strings.ContainsAny(text[:1], `"{}[]`) {
			numbers = depth - 1
		}
		together := numbers >= 0 || datasets && (depth > 2 || depth == 2 && strings.ContainsAny(text[:1], "}]"))
		switch {
		case !together && len(out) > 0:
			out = append(out, '\n')
			text = line
		case bytes.HasSuffix(out, []byte(",")):
			out = append(out, ' ')
		}
		out = append(out, text...)
		if depth == numbers {
			numbers = -1
		}
	}
	return append(out, '\n')
}
