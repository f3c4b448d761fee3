/**
 * The text that Pulumi stores as `__provider` with every resource, and that its dynamic-provider process runs: it loads this
 * package instead of containing its code. Later releases must read the states that contain it, so it never changes.
 *
 * If the package cannot be loaded, `delete` still works. `check`, which the engine calls before it creates or updates
 * anything, fails with the reason. The state contains the text twice for each resource, so it is short.
 */
export const providerStub =
    "exports.handler=()=>{try{return require('pulumi-alicloud-logstash/handler')}catch(e){" +
    "return{check(){throw Error('Not a direct dependency? '+e)},delete(){}}}}";
