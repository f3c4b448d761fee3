/**
 * The text stored as `__provider` with every resource: a pointer to this package, not its code. Pulumi's dynamic
 * provider process runs it. It is a contract: later releases must read the states that contain it, so it never changes.
 *
 * Where the package cannot be loaded, `delete` still works. `check`, which the engine calls before it creates or updates
 * anything, fails with the reason. Single quotes, and no more than this, because it stands in the state twice for each
 * resource.
 */
export const providerStub =
    "exports.handler=()=>{try{return require('pulumi-alicloud-logstash/handler')}catch(e){" +
    "return{check(){throw Error('Not a direct dependency? '+e)},delete(){}}}}";
