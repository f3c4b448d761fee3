/**
 * The text stored as `__provider` with every resource: a pointer to this package, not its code. Pulumi's dynamic
 * provider process runs it. It is a contract: later releases must read the states that contain it, so it never changes.
 *
 * Where the package cannot be loaded, `delete` still works and every other call fails with the reason.
 */
export const pointer =
    'exports.handler=()=>{try{return require("pulumi-alicloud-logstash/handler")}catch(e){' +
    'let f=()=>{throw Error("Not a direct dependency? "+e)};return{check:f,diff:f,create:f,update:f,delete(){}}}}';
