package main

import (
	"context"
	"fmt"
	"path/filepath"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/sql"
)

// merge joins models of different files, or the shards of one.
func merge(ctx context.Context, o *options, s *scaler.Scaler) error {
	models := make([]*regression.Model, o.NArg())
	for i, path := range o.Args() {
		var err error
		if models[i], _, err = regression.ReadShard(path); err != nil {
			return err
		}
		if models[i].Scaler != s.Fingerprint() {
			return fmt.Errorf("%s: was trained with another scaler than %s; name its own with -scaler", path, o.scaler)
		}
	}
	model, summary, err := regression.Merge(models)
	if err != nil {
		return err
	}
	if err := publish(ctx, o, s, model, summary, ""); err != nil {
		return err
	}
	say(o, summary, fmt.Sprintf("%s of %s, %d rows", cli.Plural(len(models), "model", "models"),
		cli.Plural(len(model.Datasets), "file", "files"), summary.Rows))
	sayNext(o, s, model)
	return nil
}

// publish writes the model, its readable twin and the SELECT, unless the model that it was added to,
// of fingerprint base, has changed meanwhile.
func publish(ctx context.Context, o *options, s *scaler.Scaler, m *regression.Model, summary *regression.Summary,
	base string) error {
	gob, fingerprint, err := m.Encode()
	if err != nil {
		return err
	}
	summary.Model = fingerprint
	var outputs artifact.Set
	defer outputs.Cleanup()
	if !artifact.Direct(o.out) {
		if err := outputs.WriteJSON(regression.SummaryKind, regression.Twin(o.out), summary); err != nil {
			return err
		}
	}
	if err := outputs.Write(o.out, gob...); err != nil {
		return err
	}
	if o.sql != "" {
		if err := outputs.Write(o.sql, []byte(sql.Select(o.dialect, fingerprint, m, &s.Design))); err != nil {
			return err
		}
	}
	unlock, err := artifact.Lock(ctx, filepath.Dir(o.out))
	if err != nil {
		return err
	}
	defer unlock()
	if o.append {
		if _, now, _ := regression.ReadLight(o.out); now != base {
			return fmt.Errorf("%s: changed while this run was adding to it; run this again", o.out)
		}
	}
	sayForgotten(o, m)
	return outputs.Commit()
}
