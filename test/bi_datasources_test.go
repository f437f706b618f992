package test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

const databasePassword = "hufuTEST-datasource-passw0rd"

// datasource are the parameters of a datasource.
func datasource(project int64, name string) params {
	return params{"DbHost": "db.example.com", "DbPort": 3306, "ServiceType": `{"Type":"Own"}`, "DbType": "MYSQL", "Charset": "utf8", "DbUser": "reader",
		"DbPwd": databasePassword, "DbName": name + "_db", "SourceName": name, "ProjectId": project}
}

func cloudDatasource(project int64, name string) params {
	in := datasource(project, name)
	delete(in, "DbHost")
	delete(in, "DbPort")
	maps.Copy(in, params{"ProjectId": number(project), "ServiceType": `{"Type":"Cloud","InstanceId":"cdb-1","Region":"ap-guangzhou"}`, "Vip": "10.0.0.7", "Vport": "3306", "VpcId": "vpc-1"})
	return in
}

func TestBIDatasources(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		c.secret(databasePassword)
		c.secret(databasePassword + "-2")
		project, other := c.project(t, "sales"), c.project(t, "stock")
		list := func(t *testing.T, key credential, in params) []row {
			t.Helper()
			all := params{"ProjectId": project}
			maps.Copy(all, in)
			return c.must(t, key, "bi:DescribeDatasourceList", all).list(t)
		}
		source := func(t *testing.T, id int64) row {
			t.Helper()
			for _, r := range list(t, c.root, params{"AllPage": true}) {
				if r.number("Id") == id {
					return r
				}
			}
			return nil
		}
		var plain, cloud int64
		t.Run("a datasource is kept as it is sent, without its password", func(t *testing.T) {
			data := c.must(t, c.root, "bi:CreateDatasource", datasource(project, "alpha")).data()
			plain = data.number("Id")
			equal(t, "Data", []any{data["AccessKey"], data["ProjectId"], data["TranId"], data["TranStatus"]}, []any{"", project, "", 2})
			r := source(t, plain)
			for name, want := range map[string]any{"DbHost": "db.example.com", "DbPort": 3306, "ServiceType": `{"Type":"Own"}`, "DbType": "MYSQL", "Charset": "utf8", "DbUser": "reader",
				"DbName": "alpha_db", "SourceName": "alpha", "ProjectId": number(project), "Status": "UNVERIFIED", "CreatedUser": c.id} {
				equal(t, name, r[name], want)
			}
			if _, shown := r["DbPwd"]; shown {
				t.Error("the password is shown")
			}
		})
		t.Run("one in the cloud too", func(t *testing.T) {
			cloud = c.must(t, c.root, "bi:CreateDatasourceCloud", cloudDatasource(project, "beta")).data().number("Id")
			r := source(t, cloud)
			equal(t, "the datasource", []any{r["SourceName"], r["ServiceType"], r["VpcId"], r["ProjectId"]},
				[]any{"beta", cloudDatasource(project, "beta")["ServiceType"], "vpc-1", number(project)})
		})
		t.Run("it is looked for by name and word", func(t *testing.T) {
			for _, tt := range []struct {
				in   params
				want []string
			}{
				{nil, []string{"alpha", "beta"}}, {params{"DbName": "alpha_db"}, []string{"alpha"}}, {params{"Keyword": "BET"}, []string{"beta"}},
				{params{"Keyword": "_db"}, []string{"alpha", "beta"}}, {params{"Keyword": "nowhere"}, nil},
			} {
				got := column(list(t, c.root, tt.in), "SourceName")
				slices.Sort(got)
				equal(t, text(t, tt.in), got, tt.want)
			}
			rows := c.must(t, c.root, "bi:DescribeDatasourceList", params{"ProjectId": other}).list(t)
			equal(t, "in the other project", len(rows), 0)
		})
		t.Run("an administrator may do all with it, a viewer reads", func(t *testing.T) {
			uin, key := c.member(t, "viewer")
			c.enlist(t, project, nil, uin)
			rights := func(key credential) []string {
				var all []string
				for _, r := range list(t, key, params{"DbName": "alpha_db"}) {
					list, _ := r["AuthList"].([]any)
					for _, v := range list {
						all = append(all, fmt.Sprint(v))
					}
				}
				slices.Sort(all)
				return all
			}
			equal(t, "of the root", rights(c.root), []string{"bi_datasource_read", "bi_datasource_write"})
			equal(t, "of a viewer", rights(key), []string{"bi_datasource_read"})
		})
		t.Run("it is modified", func(t *testing.T) {
			in := datasource(project, "gamma")
			maps.Copy(in, params{"Id": plain, "DbPort": 65535, "DbType": "CLICKHOUSE", "DbPwd": databasePassword + "-2"})
			equal(t, "Data", shape(t, c.must(t, c.root, "bi:ModifyDatasource", in)), nil)
			r := source(t, plain)
			equal(t, "the datasource", []any{r["SourceName"], r["DbPort"], r["DbType"]}, []any{"gamma", 65535, "CLICKHOUSE"})
			in = cloudDatasource(project, "delta")
			in["Id"] = cloud
			equal(t, "Data", shape(t, c.must(t, c.root, "bi:ModifyDatasourceCloud", in)), nil)
			equal(t, "SourceName", source(t, cloud)["SourceName"], "delta")
		})
		var cases []wrong
		for _, name := range []string{"DbHost", "DbPort", "ServiceType", "DbType", "Charset", "DbUser", "DbPwd", "DbName", "SourceName", "ProjectId"} {
			in := datasource(project, "x")
			delete(in, name)
			cases = append(cases, wrong{"a datasource without " + name, "CreateDatasource", in, "MissingParameter", []string{name}})
		}
		with := func(name string, action string, in, more params, code string) wrong {
			maps.Copy(in, more)
			return wrong{name, action, in, code, nil}
		}
		c.refuses(t, c.root, append(cases,
			with("port 0", "CreateDatasource", datasource(project, "x"), params{"DbPort": 0}, badValue),
			with("port 65536", "CreateDatasource", datasource(project, "x"), params{"DbPort": 65536}, badValue),
			with("a type of another form", "CreateDatasource", datasource(project, "x"), params{"DbType": "my sql"}, badValue),
			with("an unknown project", "CreateDatasource", datasource(noID, "x"), nil, biError),
			with("an unknown project in the cloud", "CreateDatasourceCloud", cloudDatasource(noID, "x"), nil, biError),
			with("modifying an unknown one", "ModifyDatasource", datasource(project, "x"), params{"Id": noID}, biError),
			with("modifying one of another project", "ModifyDatasource", datasource(other, "x"), params{"Id": plain}, biError),
			with("modifying an unknown one in the cloud", "ModifyDatasourceCloud", cloudDatasource(project, "x"), params{"Id": noID}, biError),
			with("deleting an unknown one", "DeleteDatasource", params{}, params{"Id": noID, "ProjectId": project}, biError),
			with("deleting one of another project", "DeleteDatasource", params{}, params{"Id": plain, "ProjectId": other}, biError),
			with("listing without a project", "DescribeDatasourceList", params{}, nil, "MissingParameter"),
			with("listing an unknown project", "DescribeDatasourceList", params{}, params{"ProjectId": noID}, biError),
		))
		t.Run("it is deleted once", func(t *testing.T) {
			in := params{"Id": plain, "ProjectId": project}
			equal(t, "Data", shape(t, c.must(t, c.root, "bi:DeleteDatasource", in)), nil)
			equal(t, "there", source(t, plain) != nil, false)
			c.call(t, c.root, "bi:DeleteDatasource", in).wants(t, biError)
		})
	})
}

// TestBIWhatNeedsAnEngine: never with a success that means nothing.
func TestBIWhatNeedsAnEngine(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		_, unprivileged := c.user(t, c.root, "unprivileged")
		project := c.project(t, "sales")
		tag := c.must(t, c.root, "bi:CreateCorpTag", params{"Name": "region"}).data().number("Id")
		for _, tt := range []struct {
			action  string
			in      params
			missing params // the same without a required parameter, where there is one
		}{
			{"CreateDataTable", params{"Type": 1, "Name": "x", "ProjectId": project}, params{"Type": 1, "ProjectId": project}},
			{"DescribeSourceFieldList", params{"ProjectId": project, "TableName": "x"}, nil},
			{"DescribePageWidgetList", params{"ProjectId": number(project), "PageId": "7"}, params{"ProjectId": number(project)}},
			{"ExportScreenPage", params{"ProjectId": number(project), "PageId": "7"}, params{"PageId": "7"}},
			{"CreateTagTable", params{"Name": "x", "AutoImportProjectId": project, "AutoImportTableId": 1, "AutoImportUinField": "uin"}, nil},
			{"ModifyTagTable", params{"Id": 1, "Name": "x", "AutoImportProjectId": project, "AutoImportTableId": 1, "AutoImportUinField": "uin"}, nil},
			{"EditCorpTag", params{"Id": tag, "ImportType": "auto", "AutoImportTagTableId": 1, "AutoImportField": "x"}, nil},
		} {
			t.Run(tt.action+" needs one", func(t *testing.T) { c.call(t, c.root, "bi:"+tt.action, tt.in).wants(t, unsupported) })
			t.Run(tt.action+" needs the permission first", func(t *testing.T) {
				c.call(t, unprivileged, "bi:"+tt.action, tt.in).wants(t, denied, "bi:"+tt.action)
			})
			t.Run(tt.action+" is read before", func(t *testing.T) {
				if tt.missing != nil {
					c.call(t, c.root, "bi:"+tt.action, tt.missing).wants(t, "MissingParameter")
				}
				in := maps.Clone(tt.in)
				in["Nonsense"] = 1
				c.call(t, c.root, "bi:"+tt.action, in).wants(t, "UnknownParameter")
			})
		}
	})
}
