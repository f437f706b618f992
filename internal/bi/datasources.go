package bi

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
)

// datasourceTable is where the passwords are sealed, each for its row.
const datasourceTable = "bi_datasources"

// The kinds of data sources. An action changes those of its own kind alone.
const (
	byHost  = 1 // reached by host and port
	inCloud = 2 // a database of the cloud
)

// datasource is the record of a database that an engine reads. Nothing here connects to it.
type datasource struct {
	connection
	id        int64
	owner     int64 // BI user
	createdBy string
	created   int64
	updatedBy string
	updated   int64
}

const datasourceColumns = `id, project, kind, port, use_vpc, owner, created_by, created_at, updated_by, updated_at, ` + connectionTexts

func scanDatasource(r store.Row) (d datasource, err error) {
	d.useVPC = new(bool)
	into := []any{&d.id, &d.project, &d.kind, &d.port, d.useVPC, &d.owner, &d.createdBy, &d.created, &d.updatedBy, &d.updated}
	for _, text := range d.texts() {
		into = append(into, text.is)
	}
	err = r.Scan(into...)
	return d, err
}

// connection is what requests say about a data source.
type connection struct {
	project, kind                             int64
	name, serviceType, dbType, charset        string
	host, user, dbName, catalog, schema       string
	version, vip, vport, vpc, uniqVPC, region string
	instance, product, cluster, extra, limits string // limits is a JSON list
	origin, originProject, originSource       string
	password                                  string // goes to the database sealed, and is never read back
	port                                      int64  // 0 for a database of the cloud
	useVPC                                    *bool
}

// connectionTexts are the columns of texts, in their order.
const connectionTexts = `name, service_type, db_type, charset, db_user, db_name, host, catalog, schema_name, db_version, vip, vport, vpc_id, uniq_vpc_id, region_id,
	instance_id, prod_db_name, cluster_id, extra_param, operation_auth_limit, data_origin, data_origin_project_id, data_origin_datasource_id`

// connectionText is one text of a connection: the member that brings it, and how many bytes it may have.
type connectionText struct {
	is     *string
	member string
	most   int
}

// texts are the texts in the order of their columns. Those without which no source is: the first six.
func (c *connection) texts() []connectionText {
	return []connectionText{
		{&c.name, "SourceName", 255}, {&c.serviceType, "ServiceType", 4 << 10}, {&c.dbType, "DbType", 32}, {&c.charset, "Charset", 64}, {&c.user, "DbUser", 255}, {&c.dbName, "DbName", 255},
		{&c.host, "DbHost", 255}, {&c.catalog, "Catalog", 255}, {&c.schema, "Schema", 255}, {&c.version, "DbVersion", 64}, {&c.vip, "Vip", 64}, {&c.vport, "Vport", 5},
		{&c.vpc, "VpcId", 64}, {&c.uniqVPC, "UniqVpcId", 64}, {&c.region, "RegionId", 64}, {&c.instance, "InstanceId", 255}, {&c.product, "ProdDbName", 255},
		{&c.cluster, "ClusterId", 255}, {&c.extra, "ExtraParam", 16 << 10}, {&c.limits, "OperationAuthLimit", 4 << 10}, {&c.origin, "DataOrigin", 255},
		{&c.originProject, "DataOriginProjectId", 255}, {&c.originSource, "DataOriginDatasourceId", 255},
	}
}

const (
	requiredTexts = 6
	maxPassword   = 1 << 10
)

var (
	dbTypeForm = regexp.MustCompile(`^[A-Z0-9_]{2,32}$`)
	portForm   = regexp.MustCompile(`^[0-9]{1,5}$`)
)

func isPort(n int64) bool { return 1 <= n && n <= 65535 }

// check refuses what is no connection of its kind.
func (c *connection) check() error {
	for i, text := range c.texts() {
		if len(*text.is) > text.most || i < requiredTexts && *text.is == "" {
			return invalid(text.member, *text.is)
		}
	}
	vport, _ := strconv.ParseInt(c.vport, 10, 64)
	switch {
	case !dbTypeForm.MatchString(c.dbType):
		return invalid("DbType", c.dbType)
	case c.kind == byHost && c.host == "":
		return invalid("DbHost", c.host)
	case c.kind == byHost && !isPort(c.port):
		return invalid("DbPort", c.port)
	case c.vport != "" && (!portForm.MatchString(c.vport) || !isPort(vport)):
		return invalid("Vport", c.vport)
	case len(c.password) > maxPassword:
		return invalid("DbPwd", "…")
	}
	return nil
}

// orElse takes what is not given from what was there before.
func (c *connection) orElse(old *connection) {
	before := old.texts()
	for i, text := range c.texts() {
		if *text.is == "" {
			*text.is = *before[i].is
		}
	}
	if c.useVPC == nil {
		c.useVPC = old.useVPC
	}
}

// errNoDatasource is the answer for a source that is not in the project, or of the other kind.
var errNoDatasource = conflict("There is no such data source in the project.")

func datasourceByID(ctx context.Context, q store.Queryer, a store.Account, project, id int64) (datasource, error) {
	return store.One(ctx, q, scanDatasource, errNoDatasource, `SELECT `+datasourceColumns+` FROM bi_datasources WHERE account = $1 AND project = $2 AND id = $3`, a, project, id)
}

// datasourceResource names a data source in audit records.
func datasourceResource(a store.Account, id int64) string {
	return fmt.Sprintf("qcs::bi::uin/%d:datasource/%d", int64(a), id)
}

// createDatasource records a connection; its owner is the caller, or the root for a caller who is no user of BI.
func (p *Product) createDatasource(ctx context.Context, c *call.Call, given connection) (out bi20220105.IdDTO, err error) {
	err = p.write(ctx, c, need{writeProject, given.project}, func(tx *store.Tx, who *caller) error {
		if err := given.check(); err != nil {
			return err
		}
		n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM bi_datasources WHERE account = $1 AND project = $2`, c.Account(), given.project)
		if err != nil {
			return err
		}
		if err := p.exceeded(account.BIDatasourcesPerProject, n+1); err != nil {
			return err
		}
		owner, err := who.orRoot(ctx, tx, c.Account())
		if err != nil {
			return err
		}
		id, err := nextID(ctx, tx)
		if err != nil {
			return err
		}
		sealed, err := p.config.Keys.SealRow(ctx, tx, datasourceTable, id, given.password)
		if err != nil {
			return err
		}
		c.Touched(datasourceResource(c.Account(), id))
		out = bi20220105.IdDTO{Id: id, ProjectId: given.project, TranStatus: tranDone}
		args := []any{c.Account(), sealed, id, given.project, given.kind, given.port, flag(value(given.useVPC)), owner.ID, who.by, c.At.UnixMilli(), who.by, c.At.UnixMilli()}
		for _, text := range given.texts() {
			args = append(args, *text.is)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO bi_datasources (account, password, `+datasourceColumns+`) VALUES (`+store.Placeholders(1, len(args))+`)`, args...)
		if err != nil {
			return fmt.Errorf("record data source: %w", err)
		}
		return nil
	})
	return out, err
}

// modifyDatasource overwrites a record. Empty texts, and an empty password, leave what is there.
func (p *Product) modifyDatasource(ctx context.Context, c *call.Call, id int64, given connection) error {
	return p.write(ctx, c, need{writeProject, given.project}, func(tx *store.Tx, who *caller) error {
		old, err := datasourceByID(ctx, tx, c.Account(), given.project, id)
		if err == nil && old.kind != given.kind {
			err = errNoDatasource
		}
		if err != nil {
			return err
		}
		c.Touched(datasourceResource(c.Account(), id))
		given := given // the transaction may run again
		given.orElse(&old.connection)
		if err := given.check(); err != nil {
			return err
		}
		set, args := `port = $3, use_vpc = $4, updated_by = $5, updated_at = $6`, []any{c.Account(), id, given.port, flag(value(given.useVPC)), who.by, c.At.UnixMilli()}
		texts := given.texts()
		for i, column := range strings.Split(connectionTexts, ",") {
			args = append(args, *texts[i].is)
			set += fmt.Sprintf(`, %s = $%d`, strings.TrimSpace(column), len(args))
		}
		if given.password != "" {
			sealed, err := p.config.Keys.SealRow(ctx, tx, datasourceTable, id, given.password)
			if err != nil {
				return err
			}
			args = append(args, sealed)
			set += fmt.Sprintf(`, password = $%d`, len(args))
		}
		if _, err := tx.ExecContext(ctx, `UPDATE bi_datasources SET `+set+` WHERE account = $1 AND id = $2`, args...); err != nil {
			return fmt.Errorf("change data source: %w", err)
		}
		return nil
	})
}
