package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/importer"
	"mlpipeline/internal/origin"
	"mlpipeline/internal/table"
)

// guesses are what is found out about how sources are written, and the flags that say it,
// but for a value that is so without a flag.
var guesses = []struct {
	flag   string
	of     func(*importer.Table) string
	unless string
}{
	{"-time ", (*importer.Table).TimeName, "\x00"}, // where there is none too
	{"-time-layout ", (*importer.Table).Layout, "none"},
	{"-encoding ", (*importer.Table).Encoding, ""},
	{"-delimiter ", func(t *importer.Table) string { return importer.DelimiterName(t.Delimiter) }, ""},
	{"-decimal ", (*importer.Table).DecimalSign, ""},
	{"-skip ", func(t *importer.Table) string { return strconv.Itoa(t.Skip) }, "0"},
	{"-header=", func(t *importer.Table) string { return strconv.FormatBool(t.HasHeader()) }, ""},
}

// columnLists returns the columns that -category, -number and -drop name so that nothing is
// guessed of them.
func columnLists(o *options, tables []*importer.Table) map[string][]string {
	lists := map[string][]string{}
	for _, t := range tables {
		for j, name := range t.Header {
			flag := "drop"
			if kind := t.Kind(j); kind == importer.Number || kind == importer.Category {
				flag = string(kind)
			} else if kind == importer.Time {
				continue
			}
			if name != o.Target && !slices.Contains(lists[flag], name) {
				lists[flag] = append(lists[flag], name)
			}
		}
	}
	return lists
}

// repeat returns the command line that imports the same without a guess, but for what
// differs between the sources, for which there is one flag.
func repeat(o *options, tables []*importer.Table) (command string, guessed bool) {
	words := []string{"data_creation"}
	add := func(name, value string) { words = append(words, "-"+name, table.ShellWord(value)) }
	for _, src := range o.imports {
		add("import", origin.Shown(src))
	}
	add("target", o.Target)
	for _, guess := range guesses {
		value := guess.of(tables[0])
		if slices.ContainsFunc(tables, func(t *importer.Table) bool { return guess.of(t) != value }) {
			guessed = true
		} else if value != guess.unless {
			words = append(words, guess.flag+table.ShellWord(value))
		}
	}
	if o.Zone != nil {
		add("zone", o.Zone.String())
	}
	if signs := tables[0].DecimalSigns(); len(tables) == 1 && tables[0].DecimalSign() == "" {
		for _, name := range slices.Sorted(maps.Keys(signs)) {
			add("decimal", name+"="+signs[name])
		}
	}
	lists := columnLists(o, tables)
	for _, flag := range []string{"category", "number", "drop"} {
		add(flag, csv.List(lists[flag]))
	}
	for _, f := range []struct{ name, value string }{{"missing", csv.List(o.Missing)}, {"by", o.By}, {"split-key", o.SplitKey},
		{"sha256", o.sha256}} {
		if f.value != "" {
			add(f.name, f.value)
		}
	}
	for _, name := range []string{"test", "seed", "like", "out"} {
		if o.IsSet(name) {
			add(name, o.Lookup(name).Value.String())
		}
	}
	return strings.Join(words, " "), guessed
}
