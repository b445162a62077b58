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
	o.seasonless()
	files, err := table.Open(found, stdin, o.Time)
	if err != nil {
		return nil, nil, err
	}
	if err := chooseFeatures(o, files); err != nil {
		return nil, nil, err
	}
	outputs := []string{o.out}
	if o.write != "" {
		outputs = append(outputs, filepath.Join(o.write, listingName))
		for _, f := range files {
			outputs = append(outputs, scaledPath(o.write, f))
		}
	}
	if err := artifact.CheckOutputs(outputs, append(table.Paths(files), manifests.Paths()...)); err != nil {
		return nil, nil, cli.Usagef("%w", err)
	}
	if o.write != "" && slices.ContainsFunc(files, (*table.File).Stream) {
		return nil, nil, cli.Usagef("-write reads its input twice, which a pipe cannot give")
	}
	return files, manifests, nil
}

// chooseFeatures puts the features into the order of the first file, or takes
// all its numeric columns.
func chooseFeatures(o *options, files []*table.File) error {
	f := files[0]
	if o.Time != "" && !o.IsSet("time") && !slices.Contains(f.Header, o.Time) {
		return fmt.Errorf("%s:1: there is no time column %q; use -time NAME, or -time '' if it has none", f.Path,
			o.Time)
	}
	if o.IsSet("features") {
		slices.SortStableFunc(o.Features, func(a, b string) int {
			return slices.Index(f.Header, a) - slices.Index(f.Header, b)
		})
		return o.Check()
	}
	numeric, rest, err := f.Numeric()
	if err != nil {
		return err
	}
	other := func(name string) bool { return name == o.Target || name == o.Time }
	o.Features = slices.DeleteFunc(numeric, other)
	if rest = slices.DeleteFunc(rest, other); len(rest) > 0 {
		o.Logf("left out, not numeric in %s: %s", f.Path, strings.Join(rest, ", "))
	}
	if err := noOthers(o, files); err != nil {
		return err
	}
	return o.Check()
}

// noOthers refuses a numeric column that a later file has and the first has
// not: which columns count must not depend on the files' names.
func noOthers(o *options, files []*table.File) error {
	for _, f := range files[1:] {
		if slices.Equal(f.Header, files[0].Header) {
			continue
		}
		numeric, _, err := f.Numeric()
		if err != nil {
			return err
		}
		for _, name := range numeric {
			if name != o.Target && name != o.Time && !slices.Contains(files[0].Header, name) {
				return fmt.Errorf("%s:1: has the column %q, which %s has not; choose columns that all files have "+
					"with -features", f.Path, name, files[0].Path)
			}
		}
	}
	return nil
}
