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
	"mlpipeline/internal/design"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
)

// writeScaled writes the scaled rows: the time, the columns of X, the target.
// The files are finished but not committed, also when there is an error.
func writeScaled(ctx context.Context, o *options, s *scaler.Scaler, files []*table.File) (scaled []*artifact.File,
	err error) {
	header := append(slices.Clone(s.FeatureNamesOut), o.Target)
	if o.Time != "" {
		header = append([]string{o.Time}, header...)
	}
	list, err := readListing(o.write, files)
	if err != nil {
		return nil, err
	}
	p := len(s.FeatureNamesOut)
	scan := design.Scan[[]byte]{
		Design: &s.Design, Workers: o.Workers,
		Work: func(r *design.Rows) ([]byte, error) {
			z := make([]float64, r.N*p)
			s.Standardize(z, p, r, 0, r.N)
			var b []byte
			for i := range r.N {
				if o.Time != "" {
					b = append(r.Times[i].Append(b), ',')
				}
				for _, v := range z[i*p : (i+1)*p] {
					b = append(table.AppendFloat(b, v), ',')
				}
				b = append(table.AppendFloat(b, r.Y[i]), '\n')
			}
			return b, nil
		},
	}
	var out *artifact.File
	var hash *xxhash.Digest
	for part, err := range scan.Parts(ctx, files) {
		if err != nil {
			return scaled, err
		}
		if out == nil {
			if out, err = artifact.Create(scaledPath(o.write, files[part.File])); err != nil {
				return scaled, err
			}
			scaled, hash = append(scaled, out), xxhash.New()
			part.Result = append(table.AppendRecord(nil, header...), part.Result...)
		}
		_, _ = hash.Write(part.Result)
		if _, err := out.Write(part.Result); err != nil {
			return scaled, err
		}
		if part.End == nil {
			continue
		}
		if d := s.Datasets[part.File]; d.XXH64 != part.End.XXH64 {
			return scaled, fmt.Errorf("%s: changed while it was read", files[part.File].Path)
		}
		if err := out.Finish(); err != nil {
			return scaled, err
		}
		name := files[part.File].Name
		list.Files[name] = append(list.Files[name], fmt.Sprintf("%016x", hash.Sum64()))
		out = nil
	}
	// First comes the list, with what is there and what will be.
	if out, err = listingKind.CreateJSON(filepath.Join(o.write, listingName), list); err != nil {
		return scaled, err
	}
	return slices.Insert(scaled, 0, out), nil
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
		return nil, fmt.Errorf("-write: %w, or use another folder", err)
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
