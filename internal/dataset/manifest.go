package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"mlpipeline/internal/artifact"
)

// ManifestKind is the format of manifest.json.
var ManifestKind = artifact.Kind{Format: "manifest", Version: 1, Program: "data_creation"}

// Manifest lists the files that data_creation wrote and what it knows of them.
type Manifest struct {
	artifact.Header
	Seed     *uint64 `json:"seed"` // null for imported data
	Time     string  `json:"time"`
	Target   string  `json:"target"`
	Datasets []Entry `json:"datasets"`

	byPath map[string]int
}

// Entry is one file.
type Entry struct {
	Name  string `json:"name"`
	Part  string `json:"part"` // train or test
	Path  string `json:"path"` // from the manifest's folder, with slashes
	Rows  int64  `json:"rows"`
	First Time   `json:"first"`
	Last  Time   `json:"last"`
	XXH64 string `json:"xxh64"`
	Truth *Truth `json:"truth,omitempty"` // of synthetic data
}

// Truth is what is known of synthetic data.
type Truth struct {
	// Coefficients of the process by the names of the columns of X, in °C per
	// unit of the column.
	Coefficients map[string]float64 `json:"coefficients"`
	NoiseStd     float64            `json:"noise_std"` // σ of the sensor noise, °C
	// IrreducibleVariance is what a linear model on Features leaves
	// unexplained however many rows it learns from, °C².
	IrreducibleVariance float64  `json:"irreducible_variance"`
	Features            []string `json:"features"`
	Anomaly             string   `json:"anomaly"` // kind; "" for none
	// AnomalousRows are ranges of rows of the file, first and last, from 0.
	AnomalousRows [][2]int64 `json:"anomalous_rows"`
}

// Manifests are the manifests that lie beside some paths, by their path.
type Manifests map[string]*Manifest

// Beside reads the manifests of the folders above those of the files.
func Beside(files []string) (Manifests, error) {
	ms := Manifests{}
	for _, file := range files {
		path := manifestPath(file)
		if _, seen := ms[path]; seen || file == "-" {
			continue
		}
		m := new(Manifest)
		err := ManifestKind.ReadJSON(path, m)
		if errors.Is(err, fs.ErrNotExist) {
			ms[path] = nil
			continue
		}
		if err != nil {
			return nil, err
		}
		m.byPath = make(map[string]int, len(m.Datasets))
		for i, e := range m.Datasets {
			m.byPath[e.Path] = i
		}
		ms[path] = m
	}
	return ms, nil
}

func manifestPath(file string) string {
	return filepath.Join(filepath.Dir(file), "..", "manifest.json")
}

// Columns returns the target and time column that the manifests agree on.
func (ms Manifests) Columns() (target, time string, ok bool, err error) {
	for path, m := range ms {
		switch {
		case m == nil:
		case ok && (m.Target != target || m.Time != time):
			return "", "", false, fmt.Errorf("%s names other columns than another manifest; use -target and -time", path)
		default:
			target, time, ok = m.Target, m.Time, true
		}
	}
	return target, time, ok, nil
}

// Entry returns the entry of a file.
func (ms Manifests) Entry(file string) (Entry, bool) {
	m := ms[manifestPath(file)]
	if m == nil || file == "-" {
		return Entry{}, false
	}
	want := filepath.ToSlash(filepath.Join(filepath.Base(filepath.Dir(file)), filepath.Base(file)))
	i, ok := m.byPath[want]
	if !ok {
		return Entry{}, false
	}
	return m.Datasets[i], true
}

// Verify reports a file that a manifest lists but that is not what it was.
func (ms Manifests) Verify(file string, id ID) error {
	if e, ok := ms.Entry(file); ok && e.XXH64 != id.XXH64 {
		return fmt.Errorf("%s: is not what %s lists; run data_creation again, or move your own file to another name", file, manifestPath(file))
	}
	return nil
}
