package bi

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
)

// cloudProject reads the project of a request about a database of the cloud, which spells it as a text.
func cloudProject(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 0 {
		return 0, invalid("ProjectId", text)
	}
	return id, nil
}

// limitsText keeps the limits of operations, which only the engine reads.
func limitsText(limits []string) string {
	if len(limits) == 0 {
		return ""
	}
	text, _ := json.Marshal(limits) // strings have no error
	return string(text)
}

// CreateDatasource records a database that is reached by host and port. It is not connected to: its status stays
// UNVERIFIED. Administrators of the project may, up to the quota bi-datasources-per-project.
func (p *Product) CreateDatasource(ctx context.Context, c *call.Call, in *bi20220105.CreateDatasourceRequest) (*bi20220105.CreateDatasourceResponse, error) {
	data, err := p.createDatasource(ctx, c, connection{project: in.ProjectId, kind: byHost, host: in.DbHost, port: in.DbPort,
		name: in.SourceName, serviceType: in.ServiceType, dbType: in.DbType, charset: in.Charset, user: in.DbUser, password: in.DbPwd, dbName: in.DbName,
		catalog: value(in.Catalog), schema: value(in.Schema), version: value(in.DbVersion), vip: value(in.Vip), vport: value(in.Vport), vpc: value(in.VpcId),
		uniqVPC: value(in.UniqVpcId), useVPC: in.UseVPC, region: value(in.RegionId), limits: limitsText(in.OperationAuthLimit), extra: value(in.ExtraParam),
		origin: value(in.DataOrigin), originProject: value(in.DataOriginProjectId), originSource: value(in.DataOriginDatasourceId)})
	return &bi20220105.CreateDatasourceResponse{Msg: success, Data: data}, err
}

// CreateDatasourceCloud records a database of the cloud, as CreateDatasource does one that has a host.
func (p *Product) CreateDatasourceCloud(ctx context.Context, c *call.Call, in *bi20220105.CreateDatasourceCloudRequest) (*bi20220105.CreateDatasourceCloudResponse, error) {
	project, err := cloudProject(in.ProjectId)
	if err != nil {
		return nil, err
	}
	data, err := p.createDatasource(ctx, c, connection{project: project, kind: inCloud,
		name: in.SourceName, serviceType: in.ServiceType, dbType: in.DbType, charset: in.Charset, user: in.DbUser, password: in.DbPwd, dbName: in.DbName,
		schema: value(in.Schema), version: value(in.DbVersion), vip: value(in.Vip), vport: value(in.Vport), vpc: value(in.VpcId), uniqVPC: value(in.UniqVpcId),
		region: value(in.RegionId), instance: value(in.InstanceId), product: value(in.ProdDbName), cluster: value(in.ClusterId), extra: value(in.ExtraParam),
		origin: value(in.DataOrigin), originProject: value(in.DataOriginProjectId), originSource: value(in.DataOriginDatasourceId)})
	return &bi20220105.CreateDatasourceCloudResponse{Msg: success, Data: data}, err
}

// ModifyDatasource changes the record of a database that is reached by host and port.
func (p *Product) ModifyDatasource(ctx context.Context, c *call.Call, in *bi20220105.ModifyDatasourceRequest) (*bi20220105.ModifyDatasourceResponse, error) {
	return &bi20220105.ModifyDatasourceResponse{Msg: success}, p.modifyDatasource(ctx, c, in.Id, connection{project: in.ProjectId, kind: byHost, host: in.DbHost, port: in.DbPort,
		name: in.SourceName, serviceType: in.ServiceType, dbType: in.DbType, charset: in.Charset, user: in.DbUser, password: in.DbPwd, dbName: in.DbName,
		catalog: value(in.Catalog), schema: value(in.Schema), version: value(in.DbVersion), vip: value(in.Vip), vport: value(in.Vport), vpc: value(in.VpcId),
		uniqVPC: value(in.UniqVpcId), useVPC: in.UseVPC, region: value(in.RegionId), extra: value(in.ExtraParam),
		origin: value(in.DataOrigin), originProject: value(in.DataOriginProjectId), originSource: value(in.DataOriginDatasourceId)})
}

// ModifyDatasourceCloud changes the record of a database of the cloud.
func (p *Product) ModifyDatasourceCloud(ctx context.Context, c *call.Call, in *bi20220105.ModifyDatasourceCloudRequest) (*bi20220105.ModifyDatasourceCloudResponse, error) {
	project, err := cloudProject(in.ProjectId)
	if err != nil {
		return nil, err
	}
	return &bi20220105.ModifyDatasourceCloudResponse{Msg: success}, p.modifyDatasource(ctx, c, in.Id, connection{project: project, kind: inCloud,
		name: in.SourceName, serviceType: in.ServiceType, dbType: in.DbType, charset: in.Charset, user: in.DbUser, password: in.DbPwd, dbName: in.DbName,
		schema: value(in.Schema), version: value(in.DbVersion), vip: value(in.Vip), vport: value(in.Vport), vpc: value(in.VpcId), uniqVPC: value(in.UniqVpcId),
		region: value(in.RegionId), instance: value(in.InstanceId), product: value(in.ProdDbName), cluster: value(in.ClusterId), extra: value(in.ExtraParam),
		origin: value(in.DataOrigin), originProject: value(in.DataOriginProjectId), originSource: value(in.DataOriginDatasourceId)})
}

// DeleteDatasource deletes the record of a data source of either kind.
func (p *Product) DeleteDatasource(ctx context.Context, c *call.Call, in *bi20220105.DeleteDatasourceRequest) (*bi20220105.DeleteDatasourceResponse, error) {
	return &bi20220105.DeleteDatasourceResponse{Msg: success}, p.write(ctx, c, need{writeProject, in.ProjectId}, func(tx *store.Tx, _ *caller) error {
		d, err := datasourceByID(ctx, tx, c.Account(), in.ProjectId, in.Id)
		if err != nil {
			return err
		}
		c.Touched(datasourceResource(c.Account(), d.id))
		return exec(ctx, tx, c.Account(), d.id, `DELETE FROM bi_datasources WHERE account = $1 AND id = $2`)
	})
}

// The permissions by which a list of data sources can be narrowed. Who sees a project may use all of its sources.
const (
	anyPermission  = 0
	mayUse         = 1
	mayEdit        = 2
	datasourceRead = "bi_datasource_read"
)

// DescribeDatasourceList lists the data sources of a project, the newest first, to everybody who sees the project. Where
// the caller asks for those that he may edit there is none for others than administrators.
func (p *Product) DescribeDatasourceList(ctx context.Context, c *call.Call, in *bi20220105.DescribeDatasourceListRequest) (*bi20220105.DescribeDatasourceListResponse, error) {
	out := &bi20220105.DescribeDatasourceListResponse{Msg: success}
	w := p.window(c, fromOne, value(in.PageNo), value(in.PageSize), value(in.AllPage))
	return out, p.read(ctx, c, need{readProject, in.ProjectId}, func(q store.Queryer, who *caller) error {
		permission := value(in.PermissionType)
		if permission != anyPermission && permission != mayUse && permission != mayEdit {
			return invalid("PermissionType", permission)
		}
		edits := who.may(need{writeProject, in.ProjectId})
		all, err := store.Collect(ctx, q, scanDatasource, `SELECT `+datasourceColumns+` FROM bi_datasources WHERE account = $1 AND project = $2 ORDER BY id DESC`, c.Account(), in.ProjectId)
		if err != nil {
			return err
		}
		dbName, keyword := strings.ToLower(value(in.DbName)), strings.ToLower(value(in.Keyword))
		all = slices.DeleteFunc(all, func(d datasource) bool { // a quota keeps them few
			name := strings.ToLower(d.dbName)
			return permission == mayEdit && !edits || !strings.Contains(name, dbName) ||
				!strings.Contains(name, keyword) && !strings.Contains(strings.ToLower(d.name), keyword)
		})
		out.Data.Total, out.Data.TotalPages = int64(len(all)), w.pages(int64(len(all)))
		out.Data.List, err = printDatasources(ctx, q, c.Account(), in.ProjectId, cut(all, w), edits)
		return err
	})
}

func printDatasources(ctx context.Context, q store.Queryer, a store.Account, project int64, sources []datasource, edits bool) ([]bi20220105.DatasourceInfo, error) {
	x, err := projectByID(ctx, q, a, project)
	if err != nil {
		return nil, err
	}
	rights := []string{datasourceRead}
	if edits {
		rights = append(rights, "bi_datasource_write")
	}
	state := bi20220105.BaseStateAction{ShowView: true, ShowEdit: edits, IsEdit: edits, ShowDel: edits, IsDel: edits, ShowCopy: edits, ShowRename: edits}
	names := newNamer(q, a)
	all := []bi20220105.DatasourceInfo{}
	for _, d := range sources {
		owner, err := names.byID(ctx, d.owner)
		if err != nil {
			return nil, err
		}
		host, port := d.host, d.port
		if d.kind == inCloud { // what stands for the two in the cloud; check has read the number
			host = d.vip
			port, _ = strconv.ParseInt(d.vport, 10, 64)
		}
		all = append(all, bi20220105.DatasourceInfo{Id: d.id, DbName: d.dbName, ServiceType: d.serviceType, SourceName: d.name, DbType: d.dbType, DbTypeName: d.dbType,
			DbHost: host, DbPort: port, DbUser: d.user, Charset: d.charset, CreatedAt: wireTime(d.created), UpdatedAt: wireTime(d.updated), CreatedUser: d.createdBy,
			UpdatedUser: d.updatedBy, Catalog: d.catalog, ProjectId: strconv.FormatInt(d.project, 10), ProjectName: x.Name, Status: "UNVERIFIED", ExtraParam: d.extra,
			VpcId: d.vpc, UniqVpcId: d.uniqVPC, RegionId: d.region, StateAction: state, AuthList: rights, DataOrigin: d.origin, DataOriginProjectId: d.originProject,
			DataOriginDatasourceId: d.originSource, ClusterId: d.cluster, UseVPC: value(d.useVPC), Owner: owner.UserID, OwnerName: owner.shown.name, Schema: d.schema, DbVersion: d.version})
	}
	return all, nil
}
