package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/cespare/xxhash/v2"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/csv"
	"mlpipeline/internal/design"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
)

// writeScaled writes the scaled rows: the time, the columns of X, the target.
func writeScaled(ctx context.Context, o *options, s *scaler.Scaler, files []*table.File, outputs *artifact.Set) error {
	header := append(slices.Clone(s.FeatureNamesOut), o.Target)
	if o.Time != "" {
		header = append([]string{o.Time}, header...)
	}
	list, err := readListing(o.write, files)
	if err != nil {
		return err
	}
	if s, err = scaleDerived(ctx, o, s, files); err != nil {
		return err
	}
	var scaled artifact.Set // which comes after the list
	defer func() { outputs.Join(&scaled) }()
	var out *artifact.File
	var hash *xxhash.Digest
	scan := design.Scan[[]byte]{Design: &s.Design, Workers: o.Workers,
		Work: func(r *design.Rows) ([]byte, error) { return scaledRows(s, r), nil },
		Each: func(file int, block *[]byte) (err error) {
			lines := *block
			if out == nil {
				if out, err = scaled.Create(scaledPath(o.write, files[file])); err != nil {
					return err
				}
				hash = xxhash.New()
				lines = append(csv.AppendRecord(nil, header...), lines...)
			}
			_, _ = hash.Write(lines)
			_, err = out.Write(lines)
			return err
		}}
	for file, err := range scan.Files(ctx, files) {
		if err != nil {
			return err
		}
		if s.Datasets[file.File].XXH64 != file.XXH64 {
			return fmt.Errorf("%s: changed while it was read", file.Path)
		}
		if err := out.Finish(); err != nil {
			return err
		}
		list.Files[file.Name] = append(list.Files[file.Name], fmt.Sprintf("%016x", hash.Sum64()))
		out = nil
	}
	// First comes the list, with what is there and what will be.
	return outputs.WriteJSON(listingKind, filepath.Join(o.write, listingName), list)
}

// scaleDerived returns the scaler with the means and scales of derived columns too, which
// takes one more pass.
func scaleDerived(ctx context.Context, o *options, s *scaler.Scaler, files []*table.File) (*scaler.Scaler, error) {
	if !slices.Contains(s.Derived(), true) {
		return s, nil
	}
	var total scaler.Sums
	scan := design.Scan[scaler.Sums]{Design: &s.Design, Workers: o.Workers, Work: scaler.Of, Merge: (*scaler.Sums).Merge}
	for file, err := range scan.Files(ctx, files) {
		if err != nil {
			return nil, err
		}
		total.Merge(file.Sum)
	}
	return s.WithDerived(total.Moments), nil
}

// scaledRows writes the scaled rows of a block as CSV.
func scaledRows(s *scaler.Scaler, r *design.Rows) (lines []byte) {
	w := len(r.X) + 2
	rows := make([]float64, r.N*w) // [1 | Z | y − mean]
	s.Standardize(rows, r)
	for i := range r.N {
		if s.Time != "" {
			lines = append(r.Times[i].Append(lines), ',')
		}
		for _, v := range rows[i*w+1 : (i+1)*w-1] {
			lines = append(csv.AppendFloat(lines, v), ',')
		}
		lines = append(csv.AppendFloat(lines, r.Y[i]), '\n')
	}
	return lines
}

// listing is DIR/scaled.json: the files that -write made in DIR, which it may
// overwrite while they are what it made.
type listing struct {
	artifact.Header
	Files map[string][]string `json:"files"` // by name: xxh64, and that before, until the next run
}

var listingKind = artifact.Kind{Format: "list of scaled rows", Version: 1, Program: "model_preprocessing"}

const listingName = "scaled.json"

func scaledPath(dir string, f *table.File) string { return filepath.Join(dir, f.Name+".csv") }

// readListing returns what is in dir already of what -write would make there, and
// refuses what it did not make.
func readListing(dir string, files []*table.File) (*listing, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	old := listing{Files: map[string][]string{}}
	err := listingKind.ReadJSON(filepath.Join(dir, listingName), &old)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("-write: %w; move %s away first, or use another folder", err, dir)
	}
	list := &listing{Files: old.Files}
	for _, f := range files {
		path := scaledPath(dir, f)
		content, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			delete(list.Files, f.Name)
			continue
		}
		if err != nil {
			return nil, err
		}
		hash := xxhash.New()
		_, err = io.Copy(hash, content)
		content.Close()
		if err != nil {
			return nil, err
		}
		sum := fmt.Sprintf("%016x", hash.Sum64())
		if !slices.Contains(old.Files[f.Name], sum) {
			return nil, fmt.Errorf("-write would overwrite %s, which it did not make; move it away or use another "+
				"folder", path)
		}
		list.Files[f.Name] = []string{sum}
	}
	return list, nil
}
