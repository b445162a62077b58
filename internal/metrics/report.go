package metrics

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
)

// Kind is the format of metrics.gob, and SummaryKind that of metrics.json.
var (
	Kind        = artifact.Kind{Format: "metrics", Version: 8, Program: "model_testing"}
	SummaryKind = Kind
)

// Sums are metrics.gob: what a run, or a shard of one, has measured. Everything else
// follows from them.
type Sums struct {
	Shard    *dataset.Shard // nil for the whole
	Scaler   string         // fingerprint
	Model    string         // fingerprint
	Against  string         // of the model that it is compared with; "" for none
	Unseen   design.Unseen  // cells of a level that training has not, over all files
	Counts   Counts
	ByBin    ResidualsByBin
	Columns  Columns // of which is counted what stands in them
	Training Training
	Terms    []string  // of the model
	Datasets []Dataset // of a whole, in the order of dataset.Compare
}

// Dataset is one test file.
type Dataset struct {
	dataset.ID
	Unscored   dataset.Left
	Unseen     int64    `range:"0,1e12"` // cells of a level that training has not
	Irregular  int64    `range:"0,1e12"` // with lags: rows not one step after the row before
	Before     []int64  `range:"0,1e12"` // anomalous rows of its training, in slices of equal length
	NoiseFloor *float64 // irreducible variance; nil where it is not known
	Errors     Errors
	Pattern    Pattern
	Timeline   Timeline // empty without time
	Clusters   Clusters
	Cells      []Cells   // of the columns, in all rows that are predicted
	Predicted  int64     `range:"0,1e12"` // rows
	Shift      []float64 // Σ over them of what each term adds above the training mean
}

// Add includes the rows of a block; of those that have no target nothing is summed.
// anomalous says which of the sample's rows follow other laws, empty for none; residual and
// times are those of Pattern.Add.
func (d *Dataset) Add(s *Sample, times []dataset.Time, anomalous []bool, residual []float64) {
	d.Timeline.Add(s, times, anomalous)
	d.Pattern.Add(s, times, residual)
	d.Errors.Add(s)
}

// Join includes the block that follows in the same file.
func (d *Dataset) Join(o *Dataset) {
	d.Predicted += o.Predicted
	MergeCells(&d.Cells, o.Cells)
	merge(&d.Shift, &o.Shift)
	merge(&d.Errors, &o.Errors)
	d.Pattern.Join(&o.Pattern)
	d.Timeline.Join(&o.Timeline)
}

// Anomalous returns how many of the scored rows are known to follow other laws.
func (d *Dataset) Anomalous() (n int64) {
	for _, p := range d.Timeline.Periods {
		n += p.Anomalous
	}
	return n
}

// Report is what sums say of a whole.
type Report struct {
	*Sums
	Figures               // over all datasets
	Each        []Figures // of each of the datasets
	Diagnostics Diagnostics
	Unscored    dataset.Left
	Drift       []Drift   // of the columns, the farthest from training first; none where nothing is known
	Residual    *Residual // nil where nothing is known
}

// New sums up. The result depends on the datasets alone, not on how they were gathered.
// Of a shard there are no figures.
func New(s *Sums) (*Report, error) {
	slices.SortStableFunc(s.Datasets, func(a, b Dataset) int { return dataset.Compare(a.ID, b.ID) })
	r := &Report{Sums: s}
	var total Errors
	var pattern Pattern
	ids := make([]dataset.ID, len(s.Datasets))
	for i := range s.Datasets {
		d := &s.Datasets[i]
		d.Timeline.finish()
		d.Clusters.finish()
		if !d.Errors.finite() || !d.Pattern.finite() {
			return nil, fmt.Errorf("the errors on dataset %q are too large or too small for their squares in float64; "+
				"change the unit of the target", d.Name)
		}
		ids[i] = d.ID
		r.Each = append(r.Each, d.Errors.Figures())
		r.Unscored.Merge(d.Unscored)
		merge(&total, &d.Errors)
		merge(&pattern, &d.Pattern)
	}
	if s.Shard != nil {
		return &Report{Sums: s}, nil
	}
	if err := dataset.Distinct(ids); err != nil {
		return nil, err
	}
	if !total.finite() || !pattern.finite() {
		return nil, errors.New("the errors on all datasets together are too large for their squares in float64; " +
			"change the unit of the target")
	}
	r.Figures, r.Diagnostics = total.Figures(), pattern.Diagnostics()
	r.Drift, r.Residual = s.drifts(), s.residual()
	return r, nil
}

// Merge joins sums on different files, or all shards of one list, exactly.
func Merge(parts []*Sums) (*Report, error) {
	all := &Sums{Scaler: parts[0].Scaler, Model: parts[0].Model, Against: parts[0].Against, Columns: parts[0].Columns,
		Training: parts[0].Training, Terms: parts[0].Terms}
	var shards []*dataset.Shard
	for _, s := range parts {
		shards = append(shards, s.Shard)
	}
	if err := dataset.Complete(shards); err != nil {
		return nil, err
	}
	for i, s := range parts {
		if s.Scaler != all.Scaler || s.Model != all.Model || !reflect.DeepEqual(s.Columns, all.Columns) ||
			!reflect.DeepEqual(s.Training, all.Training) || !slices.Equal(s.Terms, all.Terms) {
			return nil, fmt.Errorf("report %d is of another model or scaler than the first", i+1)
		}
		if s.Against != all.Against {
			return nil, fmt.Errorf("report %d compares with another model than the first", i+1)
		}
		all.Datasets = append(all.Datasets, s.Datasets...)
		all.Counts.Merge(&s.Counts)
		all.ByBin.Merge(s.ByBin)
		all.Unseen.Merge(s.Unseen)
	}
	return New(all)
}

// Scored returns the share of the rows with a target that were scored, NaN where
// there are none.
func (r *Report) Scored() float64 {
	return float64(r.Rows) / float64(r.Rows+r.Unscored.MissingFeature+r.Unscored.MissingLag)
}

// Findings are what is to be kept in mind about the figures: sentences without their ends.
// d, if it is known, has the levels that those may be near which training has not.
func (r *Report) Findings(d *design.Design) (findings []string) {
	add := func(format string, args ...any) { findings = append(findings, fmt.Sprintf(format, args...)) }
	const most = 0.05 // of the rows may be left out without a word
	if left := r.Unscored.MissingFeature + r.Unscored.MissingLag; r.Scored() < 1-most {
		hint := ""
		if r.Rows > 0 {
			hint = "; the figures are of the others"
		}
		if r.Unscored.MissingFeature > 0 {
			hint += ". model_preprocessing -missing mean keeps rows without a feature"
		}
		add("%d of %d rows with a target were not scored%s", left, r.Rows+left, hint)
	}
	if r.Unseen.Cells > 0 {
		near := ""
		if d != nil {
			near = r.Unseen.Near(d)
		}
		add("%v%s; train on files that have them", r.Unseen, near)
	}
	if r.R2 == nil && r.Rows > 0 {
		add("R² is not defined: %s", r.Reason)
	}
	return findings
}

// Excess returns what is above a noise floor, nil if one of them is not known.
func Excess(mse, floor *float64) *float64 {
	if mse == nil || floor == nil {
		return nil
	}
	return ptr(*mse - *floor)
}

// Summary is metrics.json, for people and other programs.
type Summary struct {
	artifact.Header
	Scaler  string `json:"scaler_fingerprint"`
	Model   string `json:"model_fingerprint"`
	Metrics string `json:"metrics_fingerprint"` // of metrics.gob
	Figures
	Unscored dataset.Left              `json:"unscored"`
	Unseen   int64                     `json:"unseen_levels"` // cells of a level that training has not
	Datasets map[string]DatasetSummary `json:"datasets"`
	Against  *Comparison               `json:"against,omitempty"`
	Drift    []Drift                   `json:"drift"` // the three columns farthest from training
	Residual *Residual                 `json:"residual,omitempty"`
	Shift    float64                   `json:"prediction_shift"` // of the mean prediction from that of the training rows
	Shifts   []Shift                   `json:"shift"`            // of it, the three terms that move it most
}

// DatasetSummary is one of the datasets.
type DatasetSummary struct {
	Rows     int64    `json:"rows"`
	RMSE     *float64 `json:"rmse"`
	R2       *float64 `json:"r2"`
	Bias     *float64 `json:"bias"`
	Coverage *float64 `json:"coverage_95"`
}

const WorstColumns = 3 // that metrics.json has

// Summary is the readable form of a report whose sums have a fingerprint.
func (r *Report) Summary(fingerprint string) *Summary {
	s := &Summary{Scaler: r.Scaler, Model: r.Model, Metrics: fingerprint, Figures: r.Figures, Unscored: r.Unscored,
		Unseen: r.Unseen.Cells, Against: r.Compare(0), Datasets: map[string]DatasetSummary{}}
	s.Drift = append([]Drift{}, r.Drift[:min(WorstColumns, len(r.Drift))]...)
	s.Residual = r.Residual
	s.Shift, s.Shifts = r.Shifts()
	s.Shifts = append([]Shift{}, s.Shifts[:min(WorstColumns, len(s.Shifts))]...)
	for i, d := range r.Datasets {
		name, f := d.Name, &r.Each[i]
		if i > 0 && r.Datasets[i-1].Name == name { // of a later time
			name += " from " + d.First.String()
		}
		s.Datasets[name] = DatasetSummary{f.Rows, f.RMSE, f.R2, f.Bias, f.Coverage}
	}
	return s
}

// Twin returns the path of the sums that lie beside a readable form.
func Twin(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) + ".gob" }

// number makes gob number the types of Sums in the same order in every run.
var number = sync.OnceFunc(func() {
	if _, _, err := Kind.EncodeGob(new(Sums)); err != nil {
		panic(err)
	}
})

// Encode returns metrics.gob and its fingerprint.
func (s *Sums) Encode() (file [][]byte, fingerprint string, err error) {
	number()
	return Kind.EncodeGob(s)
}

// Read reads metrics.gob, of a whole or of a shard, and checks that it is possible.
func Read(path string) (*Sums, error) {
	number()
	s := new(Sums)
	if _, err := Kind.ReadGob(path, s, nil); err != nil {
		return nil, cmp.Or(readable(path), err)
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("%s: no test has these figures: %w; run %s again", path, err, Kind.Program)
	}
	return s, nil
}

// readable says of a readable form, of this or an earlier version, that it is one.
func readable(path string) error {
	if b, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(b, []byte("{")) {
		return nil
	}
	if err := SummaryKind.ReadJSON(path, new(Summary)); err != nil {
		return err
	}
	return fmt.Errorf("%s: is for people, and has no sums; they are in %s", path, Twin(path))
}

// finite reports whether no sum has overflowed.
func (p *Pattern) finite() bool { return artifact.Impossible(p, math.MaxFloat64) == "" }
