package main

import (
	"encoding/json"
	"strings"

	minio "github.com/minio/pkg/v3/policy"
)

// minioEngine says a service as a bucket and the rest of the resource as an object in it.
var minioEngine = engine{name: "MinIO policy", module: "github.com/minio/pkg/v3", write: writeMinIO, build: buildMinIO}

func writeMinIO(statements []statement) ([]string, error) {
	type document struct {
		Version   string
		Statement []map[string]any
	}
	d := document{Version: minio.DefaultVersion}
	for _, s := range statements {
		m := map[string]any{"Effect": "Allow", "Action": []string{"s3:" + s.action}, "Resource": []string{"arn:aws:s3:::" + s.service + "/" + s.resource}}
		if s.deny {
			m["Effect"] = "Deny"
		}
		switch {
		case s.network.IsValid():
			m["Condition"] = map[string]any{"IpAddress": map[string]any{"aws:SourceIp": s.network.String()}}
		case s.env != "":
			m["Condition"] = map[string]any{"StringEquals": map[string]any{"s3:ExistingObjectTag/env": s.env}}
		}
		d.Statement = append(d.Statement, m)
	}
	text, err := json.Marshal(d)
	return []string{string(text)}, err
}

type minioDecider struct{ policy *minio.Policy }

func buildMinIO(texts []string) (decider, error) {
	p, err := minio.ParseConfig(strings.NewReader(texts[0]))
	return minioDecider{p}, err
}

func (d minioDecider) ask(r request) (func() (bool, error), error) {
	args := minio.Args{AccountName: user, Action: minio.Action("s3:" + r.action), BucketName: r.service, ObjectName: r.resource,
		ConditionValues: map[string][]string{"SourceIp": {r.address.String()}, "ExistingObjectTag/env": {r.env}}}
	return func() (bool, error) { return d.policy.IsAllowed(args), nil }, nil
}
