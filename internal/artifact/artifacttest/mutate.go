// Package artifacttest forges artifacts, for the tests of those who read them.
package artifacttest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Mutate hands over every mutation of every field of a document in JSON: dropped, null,
// empty, of another type, of the wrong length, and numbers that are huge, negative or
// "NaN" in words. The path says where and what: ".datasets[2].rows = -1". Of lists that
// are long, the first two elements and the last are mutated. What is in gob can be
// mutated as the JSON of its Go value.
//
// A document that begins with the header of an artifact is sealed again with a valid
// checksum, and its header is left alone.
func Mutate(t testing.TB, document []byte, f func(path string, mutated []byte)) {
	t.Helper()
	root, err := parse(document)
	if err != nil {
		t.Fatalf("no JSON: %v", err)
	}
	m := mutator{root: root, f: f}
	m.visit("", root)
}

// node is a value of a document: its text, or a list, or an object with its fields in
// order.
type node struct {
	text string // of a string, a number, true, false or null
	open byte   // '[' or '{'; 0 for a text
	keys []string
	list []*node
}

func parse(document []byte) (*node, error) {
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	return parseValue(d)
}

func parseValue(d *json.Decoder) (*node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	open, isOpen := token.(json.Delim)
	if !isOpen {
		text, err := json.Marshal(token)
		return &node{text: string(text)}, err
	}
	n := &node{open: byte(open)}
	for d.More() {
		if n.open == '{' {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			n.keys = append(n.keys, key.(string))
		}
		value, err := parseValue(d)
		if err != nil {
			return nil, err
		}
		n.list = append(n.list, value)
	}
	_, err = d.Token()
	return n, err
}

func (n *node) write(b *bytes.Buffer) {
	if n.open == 0 {
		b.WriteString(n.text)
		return
	}
	b.WriteByte(n.open)
	for i, value := range n.list {
		if i > 0 {
			b.WriteByte(',')
		}
		if n.open == '{' {
			key, _ := json.Marshal(n.keys[i])
			b.Write(append(key, ':'))
		}
		value.write(b)
	}
	b.WriteByte(n.open + 2) // ']' or '}'
}

type mutator struct {
	root *node
	f    func(path string, mutated []byte)
}

// with hands over the document as it is while n is another value.
func (m *mutator) with(path, what string, n *node, other node) {
	kept := *n
	*n = other
	m.f(path+" "+what, m.root.sealed())
	*n = kept
}

// visit mutates a value and everything in it.
func (m *mutator) visit(path string, n *node) {
	for _, text := range replacements(n.text) {
		m.with(path, "= "+text[:min(len(text), 40)], n, node{text: text})
	}
	for _, open := range []byte("[{") {
		m.with(path, fmt.Sprintf("= %c%c", open, open+2), n, node{open: open})
	}
	if n.open == 0 {
		return
	}
	if len(n.list) > 0 {
		m.lengths(path, n)
	}
	for i, value := range n.list {
		name := fmt.Sprintf("%s[%d]", path, i)
		if n.open == '{' {
			name = path + "." + n.keys[i]
			if n == m.root && slices.Contains(header, n.keys[i]) && n.hasHeader() {
				continue
			}
			m.with(name, "dropped", n, node{open: '{', keys: without(n.keys, i), list: without(n.list, i)})
		} else if i >= 2 && i < len(n.list)-1 {
			continue
		}
		m.visit(name, value)
	}
}

// lengths makes a list shorter and longer, and an object one with a field that nobody
// knows.
func (m *mutator) lengths(path string, n *node) {
	last := len(n.list) - 1
	if n.open == '{' {
		unknown := node{open: '{', keys: append(slices.Clip(n.keys), "unknown"), list: append(slices.Clip(n.list), n.list[last])}
		m.with(path, "with an unknown field", n, unknown)
		return
	}
	m.with(path, "without its last", n, node{open: '[', list: n.list[:last]})
	m.with(path, "without its first", n, node{open: '[', list: n.list[1:]})
	m.with(path, "with its last twice", n, node{open: '[', list: append(slices.Clip(n.list), n.list[last])})
	if last > 0 {
		swapped := slices.Clone(n.list)
		swapped[0], swapped[last] = swapped[last], swapped[0]
		m.with(path, "out of order", n, node{open: '[', list: swapped})
	}
}

func without[T any](list []T, i int) []T { return slices.Delete(slices.Clone(list), i, i+1) }

// replacements are other values for one that is a text, or a list or an object: "".
func replacements(text string) []string {
	others := []string{"null", `""`, `"NaN"`, "true", "false", "0", "-1", "0.5"}
	switch {
	case text == "":
	case text[0] == '"':
		long, _ := json.Marshal(strings.Repeat("x", 70_000))
		others = append(others, `"another"`, `"a\u0000\u001b[31m\n"`, `"\ud800"`, `"-1h"`, `"9999-12-31"`, string(long))
	case text[0] == '-' || text[0] >= '0' && text[0] <= '9':
		others = append(others, "1", "2", "3.7", "1e5", "2000000000", "9223372036854775807", "-9223372036854775808",
			"18446744073709551615", "1e-300", "1e16", "1e150", "1e308", "-1e308", "1e400", "-"+strings.TrimPrefix(text, "-"))
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			others = append(others, fmt.Sprint(v+1), fmt.Sprint(2*v))
		}
	}
	slices.Sort(others)
	return slices.DeleteFunc(slices.Compact(others), func(other string) bool { return other == text })
}

// header are the fields that every artifact in JSON begins with.
var header = []string{"format", "version", "checksum"}

func (n *node) hasHeader() bool {
	return n.open == '{' && len(n.keys) >= 3 && slices.Equal(n.keys[:3], header)
}

// sealed is the document, with a valid checksum if it is an artifact.
func (n *node) sealed() []byte {
	var b bytes.Buffer
	if !n.hasHeader() {
		n.write(&b)
		return b.Bytes()
	}
	begin := fmt.Sprintf("{\n  \"format\": %s,\n  \"version\": %s,\n  \"checksum\": \"", n.list[0].text, n.list[1].text)
	b.WriteString(begin + "\"")
	rest := node{open: '{', keys: n.keys[3:], list: n.list[3:]}
	if len(rest.list) > 0 {
		b.WriteByte(',')
	}
	at := b.Len()
	rest.write(&b)
	document := slices.Delete(b.Bytes(), at, at+1) // the brace that begin has already
	document = append(document, '\n')
	sum := sha256.Sum256(document)
	return slices.Insert(document, len(begin), []byte(hex.EncodeToString(sum[:]))...)
}
