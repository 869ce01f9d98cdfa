from tandem.webhooks import service
from tandem.webhooks.models import NewEndpoint

def test_smoke(platform, receiver):
    e = service.create_endpoint("t1", NewEndpoint.model_validate({"name":"a","url":receiver.url+"/x","events":["call.completed"]}))
    ev = platform.publish("t1")
    import time
    t=time.time()
    platform.work()
    print("took", time.time()-t)
    print(receiver.received, platform.delivery("t1", e.endpoint_id, ev))
    assert 0
