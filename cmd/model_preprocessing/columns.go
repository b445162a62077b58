package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
)

// open completes the options with what the manifest and the first file say, and
// opens the files.
func open(o *options, stdin io.Reader) ([]*table.File, *dataset.Manifests, error) {
	paths := o.Args()
	if len(paths) == 0 {
		paths = []string{"data/train"}
	}
	found, err := table.Find(paths)
	if err != nil {
		return nil, nil, err
	}
	manifests, err := dataset.Beside(found, paths)
	if err != nil {
		return nil, nil, err
	}
	columns, err := manifests.Columns()
	if err != nil && !(o.IsSet("target") && o.IsSet("time")) {
		return nil, nil, err
	}
	if columns != nil && !o.IsSet("target") {
		o.Target = columns.Target
	}
	if columns != nil && !o.IsSet("time") {
		o.Time = columns.Time
	}
	if !o.IsSet("zone") {
		o.Zone = manifests.Zone()
	}
	o.chooseAnnual()
	files, first, err := openFiles(o, found, stdin)
	if err != nil {
		return nil, nil, err
	}
	var categories []string // that the manifest knows
	if columns != nil {
		categories = columns.Categories
	}
	if err := chooseFeatures(o, first, files, categories); err != nil {
		return nil, nil, err
	}
	outputs := []artifact.Output{scaler.Kind.At(o.out)}
	if o.write != "" {
		outputs = append(outputs, listingKind.At(filepath.Join(o.write, listingName)))
		for _, f := range files {
			outputs = append(outputs, artifact.Listed(scaledPath(o.write, f)))
		}
	}
	if err := dataset.CheckOutputs(outputs, append(found, manifests.Paths()...)); err != nil {
		return nil, nil, cli.Usagef("%w", err)
	}
	if o.write != "" && slices.ContainsFunc(files, (*table.File).Stream) {
		return nil, nil, cli.Usagef("-write reads its input twice, which a pipe cannot give; save it in a file")
	}
	return files, manifests, nil
}

// openFiles opens the files that are read, and the first one of the whole list, by
// which the columns are chosen.
func openFiles(o *options, found []string, stdin io.Reader) (files []*table.File, first *table.File, err error) {
	if o.shard == nil {
		if files, err = table.Open(found, stdin, o.Time); err != nil {
			return nil, nil, err
		}
		return files, files[0], nil
	}
	mine, begin := o.shard.Choose(found)
	firsts, err := table.Open(begin, nil, o.Time)
	if err != nil {
		return nil, nil, err
	}
	if first = firsts[0]; first.Stream() {
		return nil, nil, cli.Usagef("-shard looks at %s in every part, which a pipe cannot give; save it in a file", first.Path)
	}
	files, err = table.Open(mine, nil, o.Time)
	return files, first, err
}

// chooseFeatures puts the features into the order of the first file, f, or takes all
// its columns of numbers and words, and tells which are categories: those asked for,
// or else those of a list and those that hold text.
func chooseFeatures(o *options, f *table.File, files []*table.File, categories []string) error {
	if o.Time != "" && !o.IsSet("time") && !slices.Contains(f.Header, o.Time) {
		return fmt.Errorf("%s:%d: there is no time column %q; use -time NAME, or -time '' if it has none: %s", f.Path,
			f.Line, o.Time, table.Meant(o.Time, f.Header, "the header has"))
	}
	var text []string
	if !o.IsSet("features") || !o.IsSet("category") {
		var err error
		if _, text, err = f.Numeric(); err != nil {
			return err
		}
	}
	if o.IsSet("category") {
		categories = o.category
	} else {
		categories = append(slices.Clip(categories), text...)
	}
	other := func(name string) bool { return name == o.Target || name == o.Time }
	if o.IsSet("features") {
		slices.SortStableFunc(o.Features, func(a, b string) int {
			return slices.Index(f.Header, a) - slices.Index(f.Header, b)
		})
	} else {
		leftOut := func(name string) bool { return slices.Contains(text, name) && !slices.Contains(categories, name) }
		o.Features = slices.DeleteFunc(slices.Clone(f.Header), func(name string) bool {
			return other(name) || leftOut(name)
		})
		if rest := slices.DeleteFunc(text, func(name string) bool { return other(name) || !leftOut(name) }); len(rest) > 0 {
			o.Logf("left out, not numeric in %s and not named by -category: %s", f.Path, strings.Join(rest, ", "))
		}
		if err := noOthers(o, f, files); err != nil {
			return err
		}
	}
	possible := o.Features // words that no category was made of are among them
	if !o.IsSet("features") {
		possible = slices.DeleteFunc(slices.Clone(f.Header), other)
	}
	for _, name := range o.category {
		if !slices.Contains(o.Features, name) {
			return cli.Usagef("-category: there is no feature %q; %s", name, table.Meant(name, possible, "there are"))
		}
	}
	for _, name := range o.Features {
		if slices.Contains(categories, name) {
			o.Categories = append(o.Categories, design.Category{Name: name})
		}
	}
	o.Asked.Complete(o.Features)
	if err := o.CheckAsked(); err != nil {
		return cli.Usagef("%w", err)
	}
	return o.Check()
}

// noOthers refuses a column that a file has and the first has not, if it
// would count: which columns do must not depend on the files' names.
func noOthers(o *options, first *table.File, files []*table.File) error {
	for _, f := range files {
		if slices.Equal(f.Header, first.Header) {
			continue
		}
		numeric, text, err := f.Numeric()
		if err != nil {
			return err
		}
		counts := numeric
		if !o.IsSet("category") {
			counts = append(numeric, text...)
		}
		for _, name := range counts {
			if name != o.Target && name != o.Time && !slices.Contains(first.Header, name) {
				return fmt.Errorf("%s:%d: has the column %q, which %s has not; choose columns that all files have "+
					"with -features", f.Path, f.Line, name, first.Path)
			}
		}
	}
	return nil
}
