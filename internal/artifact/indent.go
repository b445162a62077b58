package artifact

import "bytes"

// indent lays out compact JSON for people and for diff: a value per line, but a list
// of numbers on one, and on one each of "datasets", of which there may be thousands.
func indent(b []byte) []byte {
	out := make([]byte, 0, 2*len(b))
	depth := 0
	line := func() {
		out = append(out, '\n')
		for range depth {
			out = append(out, "  "...)
		}
	}
	datasets := false
	for i := 0; i < len(b); i++ {
		n := 1 // bytes that go together
		switch c := b[i]; c {
		case '"':
			n = quoted(b[i:])
			out = append(out, b[i:i+n]...)
		case '{', '[':
			datasets = datasets && depth == 2 || depth == 1 && bytes.HasSuffix(out, []byte("\n  \"datasets\": "))
			if n = together(b[i:], datasets && depth == 2); n > 1 {
				out = spaced(out, b[i:i+n])
				break
			}
			out = append(out, c)
			depth++
			line()
		case '}', ']':
			depth--
			line()
			out = append(out, c)
		case ',':
			out = append(out, ',')
			line()
		case ':':
			out = append(out, ": "...)
		default:
			out = append(out, c)
		}
		i += n - 1
	}
	return append(out, '\n')
}

// together returns the length of the object or list that b begins with if it goes on
// one line, else 1.
func together(b []byte, all bool) int {
	if all {
		for i, depth := 0, 0; ; i++ {
			switch b[i] {
			case '"':
				i += quoted(b[i:]) - 1
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
	}
	next := 1 + bytes.IndexAny(b[1:], `"{}[]`)
	if next == 1 && b[1] != '"' && b[1] != '{' && b[1] != '[' || b[0] == '[' && b[next] == ']' {
		return next + 1
	}
	return 1
}

// spaced appends compact JSON with a space behind its commas and colons.
func spaced(out, b []byte) []byte {
	for i := 0; i < len(b); i++ {
		if b[i] == '"' {
			n := quoted(b[i:])
			out = append(out, b[i:i+n]...)
			i += n - 1
			continue
		}
		if out = append(out, b[i]); b[i] == ',' || b[i] == ':' {
			out = append(out, ' ')
		}
	}
	return out
}

// quoted returns the length of the string that b begins with.
func quoted(b []byte) int {
	for i := 1; ; i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}
