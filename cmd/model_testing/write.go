package main

import (
	"fmt"
	"os"
	"strings"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/report"
)

// merge joins the reports on different files, or the shards of one.
func merge(o *options) (*metrics.Report, error) {
	if err := o.checkOutputs(append(o.artifacts(), o.Args()...)); err != nil {
		return nil, err
	}
	sums := make([]*metrics.Sums, o.NArg())
	for i, path := range o.Args() {
		var err error
		if sums[i], err = metrics.Read(path); err != nil {
			return nil, err
		}
	}
	report, err := metrics.Merge(sums)
	if err == nil {
		o.Logf("%s of %s, %s", cli.Plural(len(sums), "report", "reports"),
			cli.Plural(len(report.Datasets), "file", "files"), cli.Plural(report.Rows, "row", "rows"))
	}
	return report, err
}

// sums is the path of metrics.gob, "" for none.
func (o *options) sums() string {
	if o.shard != nil || o.metrics == "" {
		return o.metrics
	}
	if artifact.Direct(o.metrics) {
		return ""
	}
	return metrics.Twin(o.metrics)
}

// writeMetrics writes the sums and, but for a shard, their readable form.
func writeMetrics(o *options, r *metrics.Report, files *artifact.Set) error {
	if o.metrics == "" {
		return nil
	}
	content, fingerprint, err := r.Sums.Encode()
	if err != nil {
		return fmt.Errorf("%s: %w", o.sums(), err)
	}
	if path := o.sums(); path != "" {
		if err := files.Write(path, content...); err != nil {
			return err
		}
	}
	if o.shard != nil {
		return nil
	}
	return files.WriteJSON(metrics.SummaryKind, o.metrics, r.Summary(fingerprint))
}

// keepOld leaves the files of figures as they are, but for those that were named.
func (o *options) keepOld() {
	for _, out := range []struct {
		flag string
		path *string
	}{{"metrics", &o.metrics}, {"report", &o.report}} {
		if o.IsSet(out.flag) || *out.path == "" {
			continue
		}
		if _, err := os.Stat(*out.path); err == nil {
			o.Logf("%s stays as it is: no row could be scored", *out.path)
		}
		*out.path = ""
	}
}

// artifacts are the scalers and models that are read.
func (o *options) artifacts() []string {
	paths := []string{o.scaler, o.model, regression.Twin(o.model)}
	if o.against != "" {
		paths = append(paths, o.againstScaler, o.against, regression.Twin(o.against))
	}
	return paths
}

// checkOutputs reports what the outputs would overwrite.
func (o *options) checkOutputs(inputs []string) error {
	outputs := []artifact.Output{metrics.Kind.At(o.sums()),
		artifact.Text(o.predictions, "file of predictions", strings.Join(fixed[:2], ","))}
	if o.shard == nil {
		outputs = append(outputs, metrics.SummaryKind.At(o.metrics),
			artifact.Text(o.report, "page of this program", report.Begin))
	}
	if err := dataset.CheckOutputs(outputs, inputs); err != nil {
		return cli.Usagef("%w", err)
	}
	return nil
}
