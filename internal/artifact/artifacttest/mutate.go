// Package artifacttest forges artifacts, for the tests of those who read them.
package artifacttest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
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
	m := mutator{f: f}
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	if err := d.Decode(&m.root); err != nil {
		t.Fatalf("no JSON: %v", err)
	}
	if root, ok := m.root.(map[string]any); ok && root["checksum"] != nil {
		m.begin = fmt.Sprintf("{\n  \"format\": %q,\n  \"version\": %v,\n  \"checksum\": \"", root["format"], root["version"])
		for _, key := range []string{"format", "version", "checksum"} {
			delete(root, key)
		}
	}
	m.visit("", m.root, func(v any) { m.root = v })
}

type mutator struct {
	root  any
	begin string // of an artifact, up to its checksum; "" for another document
	f     func(path string, mutated []byte)
}

// visit mutates a value and everything in it. set puts another in its place.
func (m *mutator) visit(path string, v any, set func(any)) {
	with := func(what string, other any) {
		set(other)
		m.f(path+" "+what, m.sealed())
		set(v)
	}
	for _, text := range replacements(v) {
		with("= "+text[:min(len(text), 40)], json.RawMessage(text))
	}
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			less := maps.Clone(v)
			delete(less, key)
			set(less)
			m.f(path+"."+key+" dropped", m.sealed())
			set(v)
			m.visit(path+"."+key, v[key], func(other any) { v[key] = other })
		}
		more := maps.Clone(v)
		more["unknown"] = 1
		with("with an unknown field", more)
	case []any:
		if len(v) > 0 {
			last := len(v) - 1
			with("without its last", v[:last])
			with("without its first", v[1:])
			with("with its last twice", append(slices.Clip(v), v[last]))
			swapped := slices.Clone(v)
			swapped[0], swapped[last] = swapped[last], swapped[0]
			with("out of order", swapped)
		}
		for i, value := range v {
			if i < 2 || i == len(v)-1 {
				m.visit(fmt.Sprintf("%s[%d]", path, i), value, func(other any) { v[i] = other })
			}
		}
	}
}

// replacements are other values for one.
func replacements(v any) []string {
	others := []string{"null", `""`, `"NaN"`, "true", "false", "0", "-1", "0.5", "[]", "{}"}
	switch v := v.(type) {
	case string:
		long := strconv.Quote(strings.Repeat("x", 70_000))
		others = append(others, `"another"`, `"a\u0000\u001b[31m\n"`, `"\ud800"`, `"-1h"`, `"9999-12-31"`, long)
	case json.Number:
		others = append(others, "1", "2", "3.7", "1e5", "2000000000", "9223372036854775807", "-9223372036854775808",
			"18446744073709551615", "1e-300", "1e16", "1e150", "1e308", "-1e308", "1e400", "-"+strings.TrimPrefix(v.String(), "-"))
		if x, err := v.Float64(); err == nil {
			others = append(others, fmt.Sprint(x+1), fmt.Sprint(2*x))
		}
	}
	slices.Sort(others)
	now, _ := json.Marshal(v)
	return slices.DeleteFunc(slices.Compact(others), func(other string) bool { return other == string(now) })
}

// sealed is the document, with a valid checksum if it is an artifact.
func (m *mutator) sealed() []byte {
	document, err := json.Marshal(m.root)
	if err != nil {
		panic(err)
	}
	fields, ok := m.root.(map[string]any)
	if m.begin == "" || !ok {
		return document
	}
	rest := append([]byte("\""), document[1:]...)
	if len(fields) > 0 {
		rest = slices.Insert(rest, 1, ',')
	}
	rest = append(rest, '\n')
	sum := sha256.Sum256(append([]byte(m.begin), rest...))
	return slices.Concat([]byte(m.begin), []byte(hex.EncodeToString(sum[:])), rest)
}
